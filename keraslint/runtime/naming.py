"""Names that a program reads off a model and zips with something: the line that reads enters, whether their
order deceives there leaves.

For outputs in a dict ``output_names`` and ``outputs`` are sorted; ``metrics_names`` are not in the order of
the numbers that ``evaluate`` returns. Only reads inside ``zip(...)``, and ``outputs[0]``, are looked at.
"""

from __future__ import annotations

import ast
import linecache
import sys
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from keraslint.runtime.places import is_foreign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

READ = ("metrics_names", "output_names", "outputs")


def homes(model: type) -> Iterator[tuple[type, str]]:
    """The classes on which the names have to be watched: before any class that has them of its own."""
    below: list[type] = model.__subclasses__()
    functional = next((cls for cls in below if cls.__name__ == "Functional"), model)
    for name in READ:
        yield (model if name == "metrics_names" else functional), name


@dataclass(frozen=True)
class Use:
    """How a line uses an attribute: the other arguments of ``zip``, as source, or the index."""

    zipped_with: tuple[str, ...] = ()
    index: int | None = None


class Watched:
    """Stands in for an attribute of a model class: the same value, and its reading is told.

    An attribute that lies in the instance is left there, so nothing is lost when this is taken away.
    """

    def __init__(self, cls: type, name: str, told: Callable[[Any, str], None]) -> None:
        """``cls`` is the class on which this stands."""
        self.cls, self.name, self.told = cls, name, told
        self.own = vars(cls).get(name)

    def __get__(self, model: Any, owner: type | None = None) -> Any:
        """The attribute, as if this were not here."""
        if model is None:
            return self
        frame = sys._getframe(1)  # noqa: SLF001 - the one who reads
        if not is_foreign(frame.f_code.co_filename):
            self.told(model, self.name)
        if self.name in vars(model):
            return vars(model)[self.name]
        if self.own is not None:
            return self.own.__get__(model, owner)
        return getattr(super(self.cls, model), self.name)

    def __set__(self, model: Any, value: Any) -> None:
        """Where Keras sets it: into the instance, or by the property that was there."""
        if hasattr(self.own, "__set__") and self.own is not None:
            self.own.__set__(model, value)
            return
        inherited = next((vars(c)[self.name] for c in self.cls.__mro__[1:] if self.name in vars(c)), None)
        if hasattr(inherited, "__set__") and inherited is not None:
            inherited.__set__(model, value)
        else:
            vars(model)[self.name] = value


def use_in(frame: FrameType, attribute: str) -> Use | None:
    """How the line that a frame is at uses an attribute, None where it is neither zipped nor indexed."""
    source = _tree(frame.f_code.co_filename)
    if source is None:
        return None
    at = _position(frame)
    for node in ast.walk(source):
        match node:
            case ast.Call(func=ast.Name(id="zip"), args=arguments):
                for argument in arguments:
                    if _is_read(argument, attribute, at):
                        others = [ast.unparse(one) for one in arguments if one is not argument]
                        return Use(zipped_with=tuple(others))
            case ast.Subscript(value=value, slice=ast.Constant(value=int() as index)) if (
                attribute == "outputs" and _is_read(value, attribute, at)
            ):
                return Use(index=index)
    return None


def _position(frame: FrameType) -> tuple[int, int | None]:
    if sys.version_info >= (3, 11):
        positions = frame.f_code.co_positions()  # type: ignore[attr-defined,unused-ignore]  # Python 3.11
        line, _, column, _ = next(islice(positions, frame.f_lasti // 2, None), (None, None, None, None))
        return (line or frame.f_lineno, column)
    return (frame.f_lineno, None)


def _is_read(node: ast.expr, attribute: str, at: tuple[int, int | None]) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr != attribute or node.lineno != at[0]:
        return False
    return at[1] is None or node.col_offset == at[1]


@lru_cache(maxsize=64)
def _tree(filename: str) -> ast.Module | None:
    lines = linecache.getlines(filename)
    try:
        return ast.parse("".join(lines)) if lines else None
    except SyntaxError:
        return None
