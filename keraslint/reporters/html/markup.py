"""Text from anywhere enters, markup that says it and does nothing leaves."""

from __future__ import annotations

from html import escape as quoted

from keraslint.reporters.terminal import escape


def text(content: str) -> str:
    """Text as it is shown: what a browser or a terminal could obey is written out."""
    return quoted(escape(content))


def element(name: str, *children: str, **attributes: str) -> str:
    """An element; children are markup, attributes plain text, named as in ``class_`` and ``data_file``."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items()
    )
    return f"<{name}{given}>{''.join(children)}</{name}>"
