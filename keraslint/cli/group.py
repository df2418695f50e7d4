"""The group of all commands, its help and its version; a misspelt command is told the nearest one."""

from __future__ import annotations

from difflib import get_close_matches

import click

from keraslint import __version__

HELP = {"help_option_names": ["-h", "--help"]}
SHOWN = "Show the versions of keraslint and of the newest Keras that it knows."


class Commands(click.Group):
    """A group that names the nearest command where there is none of that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that ``args`` begin with."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.commands:
            near = get_close_matches(name, self.commands, n=1)
            advice = f"the nearest is {near[0]!r}" if near else f"commands are {', '.join(self.commands)}"
            message = f"no command is called {name!r}; {advice}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 (click calls it)
    if wanted and not context.resilient_parsing:
        from keraslint.pairing.versions import NEWEST

        click.echo(f"keraslint {__version__} (knows Keras up to {NEWEST})")
        context.exit()


@click.group(cls=Commands, invoke_without_command=True, context_settings=HELP)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help=SHOWN)
@click.pass_context
def keraslint(context: click.Context) -> None:
    """Find where Keras pairs outputs, losses, targets and sample weights otherwise than you wrote."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
