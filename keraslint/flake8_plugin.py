"""A module as flake8 reads it enters, findings under the prefix KER leave; flake8 itself obeys ``# noqa``.

What stands in another file is not reported here: flake8 asks about one file after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint import __version__

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    Row = tuple[int, int, str, type]


class Plugin:
    """What flake8 makes for each file and asks to run."""

    name = "keraslint"
    version = __version__

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        """The tree is asked for so that flake8 takes this for a plugin about trees; the text is read anew."""
        del tree
        self._path = filename
        self._data = "".join(lines).encode("utf-8", "surrogatepass")

    def run(self) -> Iterator[Row]:
        """Line, column from 0, text and plugin of each finding."""
        from keraslint.syntax import scout  # noqa: PLC0415 (flake8 loads every plugin, whatever it is asked)

        if not scout.worth_reading(self._data):
            return
        from keraslint.config import Options, settings  # noqa: PLC0415 (as above)
        from keraslint.engine import check_source  # noqa: PLC0415 (as above)
        from keraslint.findings import Report  # noqa: PLC0415 (as above)

        configured = settings([self._path], Options())
        for report in check_source(self._path, self._data, configured):
            if isinstance(report, Report) and report.document == self._path:
                for one in report.findings:
                    at = one.location.span
                    yield at.line, at.column - 1, f"{one.code} {one.message}", type(self)
