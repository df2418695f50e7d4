"""``keraslint rules`` and ``keraslint explain``: what is looked for, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keraslint.cli.options import complete

if TYPE_CHECKING:
    from keraslint.rules import Registered


@click.command()
@click.option(
    "--output-format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)
def rules(form: str) -> int:
    """List the rules."""
    import json

    from keraslint.rules import registered

    rows = [_row(found) for found in registered()]
    if form == "json":
        click.echo(json.dumps(rows, indent=2))
        return 0
    longest = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(f"{row['code']}  {row['name']:<{longest}}  {row['severity']:<7}  {row['summary']}")
    return 0


def _row(found: Registered) -> dict[str, str]:
    rule = found.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "since": rule.since,
        "summary": found.summary,
    }


@click.command()
@click.argument("rule", shell_complete=complete)
def explain(rule: str) -> int:
    """Print the page of a RULE, given by code or name."""
    from keraslint.engine.selection import BadSelectorError, verify
    from keraslint.rules import registered
    from keraslint.rules.moved import MOVED
    from keraslint.rules.pages import NoPageError, page

    if rule in MOVED:
        click.echo(MOVED[rule].sentence(rule))
        return 0
    try:
        verify(rule)
    except BadSelectorError as error:
        raise click.UsageError(str(error)) from error
    matches: list[Registered] = [one for one in registered() if rule in {one.rule.code, one.rule.name}]
    if not matches:
        message = f"{rule!r} names several rules; give one code or name"
        raise click.UsageError(message)
    try:
        click.echo(page(matches[0].rule.name), nl=False)
    except NoPageError as error:
        raise click.ClickException(str(error)) from error
    return 0
