"""Options that several commands share, and the ``Options`` that their values make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from keraslint.cli.reading import SEVERAL, VERSIONS, split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keraslint.config import Options

    Option = Callable[[Callable[..., int]], Callable[..., int]]

C = TypeVar("C", bound="Callable[..., int]")

SEVERITIES = ("error", "warning", "info")


def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The codes and names of rules that begin with what is typed."""
    from keraslint.rules import registered

    known = [key for found in registered() for key in (found.rule.code, found.rule.name)]
    return [key for key in known if key.startswith(incomplete)]


COMPLETED: dict[str, Any] = {**SEVERAL, "shell_complete": complete}
PATTERNS: dict[str, Any] = {"multiple": True, "metavar": "PATTERN,..."}

INPUT: tuple[Option, ...] = (
    click.argument("paths", nargs=-1, metavar="[PATHS]..."),
    click.option("--stdin-filename", metavar="PATH", help="The name of what is read from -."),
    click.option("--verbose", is_flag=True, help="Show where keraslint crashed, if it does."),
)
SELECTION: tuple[Option, ...] = (
    click.option("--select", help="Only these rules: codes, their beginnings, or names.", **COMPLETED),
    click.option("--extend-select", help="These rules besides.", **COMPLETED),
    click.option("--ignore", help="Not these rules.", **COMPLETED),
    click.option("--severity", type=click.Choice(SEVERITIES), help="Nothing below this (warning)."),
)
BASELINE: tuple[Option, ...] = (
    click.option("--baseline", metavar="FILE", help="The file of findings that are known already."),
)
COLOR: tuple[Option, ...] = (
    click.option(
        "--color",
        type=click.Choice(("auto", "always", "never")),
        default="auto",
        help="Colours: on a terminal, and as NO_COLOR and FORCE_COLOR say (auto), always, or never.",
    ),
)
CONFIGURATION: tuple[Option, ...] = (
    click.option("--keras-version", multiple=True, metavar="VERSION,...", help=VERSIONS),
    click.option("--exclude", help="Leave these out instead of the usual directories.", **PATTERNS),
    click.option("--extend-exclude", help="Leave these out besides.", **PATTERNS),
    click.option(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Leave out what is excluded even where it is named on the command line.",
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what git ignores (yes)."
    ),
    click.option(
        "--config",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="Read this file and no other, or set one key, as in --config \"severity = 'error'\".",
    ),
    click.option("--isolated", is_flag=True, help="Read no configuration files."),
)


def shared(*groups: tuple[Option, ...]) -> Callable[[C], C]:
    """Give a command the options of these groups, in this order in its help."""

    def decorate(command: C) -> C:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)  # type: ignore[assignment] # an option hands its command on
        return command

    return decorate


def options(values: Mapping[str, Any]) -> Options:
    """What the values of SELECTION and CONFIGURATION, or of one of them, ask for; others are passed over."""
    from keraslint.config import Options

    def listed(name: str) -> tuple[str, ...]:
        return split(values.get(name, ()))

    return Options(
        select=listed("select") or None,
        extend_select=listed("extend_select"),
        ignore=listed("ignore"),
        exclude=listed("exclude") or None,
        extend_exclude=listed("extend_exclude"),
        force_exclude=values.get("force_exclude"),
        respect_gitignore=values.get("respect_gitignore"),
        keras_version=(values["until"],) if values.get("until") else values.get("keras_version", ()),
        severity=values.get("severity"),
        baseline=values.get("baseline"),
        no_baseline=values.get("no_baseline", False),
        config=values.get("config", ()),
        isolated=values.get("isolated", False),
        since=values.get("since"),
    )
