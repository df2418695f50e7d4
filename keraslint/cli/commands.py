"""Every command, a module each; what a command needs is imported when it runs, so that help is quick."""

from keraslint.cli.baseline import baseline
from keraslint.cli.check import check
from keraslint.cli.fix import fix
from keraslint.cli.group import keraslint
from keraslint.cli.rules import explain, rules
from keraslint.cli.run import run
from keraslint.cli.server import server
from keraslint.cli.show import show

__all__ = ["keraslint"]

for command in (check, fix, baseline, show, run, server, rules, explain):
    keraslint.add_command(command)
