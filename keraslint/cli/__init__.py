"""Arguments enter; text on the terminal and an exit status leave. Nothing else in keraslint knows click."""

from keraslint.cli.main import main

__all__ = ["main"]
