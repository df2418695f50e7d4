"""Dot paths in live structures: a path enters as text, the keys that lead to its node leave.

Dicts, lists, tuples and namedtuples are containers; everything else is a leaf. What a leaf is, a tensor or
a sample weight, is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from keraslint.tree import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.tree import Key, Path


class PathError(ValueError):
    """A path leads to no node, or what stands at a node does not fit its loss."""


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()  # what child() and at() answer where there is no node: None may be a node


def _fields(node: object) -> tuple[str, ...] | None:
    return getattr(node, "_fields", None) if isinstance(node, tuple) else None


def items(node: Any) -> list[tuple[Key, Any]] | None:
    """The keys and children of a container, None for a leaf; a namedtuple has its fields' names as keys."""
    if isinstance(node, Mapping):
        return list(node.items())
    fields = _fields(node)
    if fields is not None:
        return list(zip(fields, node, strict=True))
    return list(enumerate(node)) if isinstance(node, (list, tuple)) else None


def child(node: Any, key: Key) -> Any:
    """The child at ``key`` or MISSING; namedtuples answer to names and to positions."""
    if isinstance(node, Mapping):
        return node.get(key, MISSING)
    fields = _fields(node)
    if fields is not None and isinstance(key, str):
        return getattr(node, key) if key in fields else MISSING
    if isinstance(node, (list, tuple)) and isinstance(key, int):
        return node[key] if key < len(node) else MISSING
    return MISSING


def at(structure: Any, keys: Path) -> Any:
    """The node that ``keys`` lead to, or MISSING."""
    for key in keys:
        structure = child(structure, key)
    return structure


def keys_of(structure: Any, path: str) -> Path | None:
    """The keys that lead to ``path``, None where they lead nowhere.

    A key that is written with dots wins over splitting: in ``{"a.b": x, "a": {"b": y}}`` the path ``a.b`` is
    x.
    """
    if not path:
        return ()
    known = {str(key): (key, node) for key, node in items(structure) or ()}
    if path in known:
        return (known[path][0],)
    for name in sorted(known, key=len, reverse=True):
        key, node = known[name]
        if path.startswith(f"{name}.") and (rest := keys_of(node, path[len(name) + 1 :])) is not None:
            return (key, *rest)
    return None


def nodes(structure: Any, keys: Path = ()) -> Iterator[Path]:
    """The keys of every node below the root, containers before their children, in written order."""
    for key, node in items(structure) or ():
        yield (*keys, key)
        yield from nodes(node, (*keys, key))


def leaves(structure: Any) -> Iterator[Any]:
    """Every leaf in written order."""
    below = items(structure)
    if below is None:
        yield structure
    for _, node in below or ():
        yield from leaves(node)


def first_leaf(structure: Any) -> Any:
    """The first leaf in written order; MISSING in an empty structure."""
    return next(leaves(structure), MISSING)


def nearest(name: str, known: list[str]) -> str | None:
    """Whichever of the known names is most like ``name``; None if none is known."""
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.0)), None)


def nearest_path(structure: Any, path: str) -> str | None:
    """The existing path that is most like ``path``, for error messages."""
    return nearest(path, [dotted(keys) for keys in nodes(structure)])


def describe(node: Any) -> str:
    """What kind of node it is, in the words of an error message: ``a dict of 'a', 'b'``."""
    below = items(node)
    if below is None:
        return f"one array of shape {tuple(node.shape)}" if hasattr(node, "shape") else f"{node!r}"
    if isinstance(node, Mapping) or _fields(node) is not None:
        kind = "dict" if isinstance(node, Mapping) else "namedtuple"
        return f"a {kind} of {', '.join(repr(key) for key, _ in below)}"
    kind = "list" if isinstance(node, list) else "tuple"
    return f"a {kind} of {len(below)}" + (f" (0 to {len(below) - 1})" if below else "")


def spelled(path: str) -> str:
    """A path in the words of a message."""
    return f"{path!r}" if path else "'' (the whole output)"


def unknown_path(structure: Any, path: str) -> PathError:
    """The error for a path that is in no output: names the nearest path and where the walk ended."""
    deepest = max(
        (keys for keys in nodes(structure) if path.startswith(f"{dotted(keys)}.")), key=len, default=()
    )
    place = spelled(dotted(deepest)) if deepest else "the output"
    close = nearest_path(structure, path)
    hint = f" Nearest: {close!r}." if close else " Its path is ''."
    return PathError(f"No output at {path!r}: {place} is {describe(at(structure, deepest))}.{hint}")
