"""Results enter, one self-contained page leaves: findings with code and pictures, every site, filters."""

from keraslint.reporters.html.page import render

__all__ = ["render"]
