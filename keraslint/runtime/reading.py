"""A live model and a batch enter; the training site that the linter would have read from source leaves.

The containers are those that the program holds; a leaf's text tells two objects apart that are not alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keraslint.pairing import ABSENT, Request
from keraslint.runtime import internals
from keraslint.runtime.trees import shown
from keraslint.sites.model import NOT_GIVEN, CompileCall, DataCall, Given, TrainingSite, Written
from keraslint.tree import Tree, map_leaves

if TYPE_CHECKING:
    from keraslint.findings import Location
    from keraslint.pairing import Call, Feed, ModelKind, Part, Token
    from keraslint.sites.model import SitePart
    from keraslint.tree import Path

PARTS = ("loss", "loss_weights", "metrics", "weighted_metrics")


@dataclass(frozen=True)
class Live:
    """Everything that was given, as trees of the objects themselves; absent parts are not in ``parts``.

    ``outputs`` holds the declared outputs: symbolic tensors, or tensors where the model was called.
    """

    outputs: Tree[Any]
    kind: ModelKind
    parts: dict[str, Tree[Any]]
    call: Call = "compile"
    feed: Feed = "arrays"
    class_weight: bool = False


def names_of(live: Live) -> Tree[str | None]:
    """The outputs as the names of the layers that make them."""
    if live.kind == "subclass":
        return map_leaves(live.outputs, lambda _, __: None)
    return map_leaves(live.outputs, lambda _, tensor: _name(tensor))


def _name(tensor: Any) -> str | None:
    operation = internals.operation_of(tensor)
    return None if operation is None else str(operation.name)


def request_of(live: Live) -> Request:
    """What is asked of ``pairing``."""
    tokens = {name: map_leaves(tree, lambda _, leaf: _token(leaf)) for name, tree in live.parts.items()}

    def part(name: str) -> Part:
        return tokens.get(name, ABSENT)

    weights = live.parts.get("loss_weights")
    return Request(
        outputs=names_of(live),
        kind=live.kind,
        loss=part("loss"),
        loss_weights=ABSENT if weights is None else map_leaves(weights, lambda _, leaf: _number(leaf)),
        metrics=part("metrics"),
        weighted_metrics=part("weighted_metrics"),
        call=live.call,
        targets=part("targets"),
        sample_weight=part("sample_weight"),
        class_weight=live.class_weight,
        feed=live.feed,
    )


def site_of(live: Live, compiled: Location, data: Location) -> TrainingSite:
    """The same as a site for the rules of the linter."""
    given = {
        name: _given(tree, name, data if name in _DATA else compiled) for name, tree in live.parts.items()
    }

    def part(name: str) -> SitePart:
        return given.get(name, NOT_GIVEN)

    names = map_leaves(names_of(live), lambda path, name: Written(shown(path), compiled, name))
    fed = DataCall(
        live.call,
        data,
        part("targets"),
        part("sample_weight"),
        class_weight=live.class_weight,
        feed=live.feed,
    )
    return TrainingSite(
        model=compiled,
        kind=live.kind,
        outputs=Given(names, compiled),
        compiled=CompileCall(
            compiled, part("loss"), part("loss_weights"), part("metrics"), part("weighted_metrics")
        ),
        data=None if live.call == "compile" else fed,
    )


_DATA = ("targets", "sample_weight")


def _given(tree: Tree[Any], name: str, location: Location) -> Given:
    first: dict[int, Path] = {}

    def written(path: Path, leaf: Any) -> Written:
        first.setdefault(id(leaf), path)
        if leaf is None:
            return Written("None", location, is_none=True)
        if name in _DATA:  # arrays have no names; one array in two places is the same there
            return Written(f"{name} {shown(first[id(leaf)])}", location)
        if isinstance(leaf, (int, float)) and not isinstance(leaf, bool):
            return Written(repr(leaf), location, value=leaf)
        return Written(text_of(leaf), location)

    return Given(map_leaves(tree, written), location)


def _number(leaf: Any) -> Token:
    """A weight; NumPy's and a backend's numbers are none to Keras, which takes them for floats."""
    return leaf if leaf is None or isinstance(leaf, (int, float)) else 1.0


def _token(leaf: Any) -> Token:
    """A loss or metric as it would be written; of an array only that it is there."""
    if leaf is None or isinstance(leaf, (str, int, float)):
        return leaf
    if hasattr(leaf, "shape") and not callable(leaf):
        return "array"
    name = getattr(leaf, "name", None)
    if isinstance(name, str):
        return f"{type(leaf).__name__}(name={name!r})"
    return str(getattr(leaf, "__name__", type(leaf).__name__))


def text_of(leaf: Any) -> str:
    """A loss or metric as a message names it, settings and all; functions of one name by their place."""
    if isinstance(leaf, str):
        return leaf
    code = getattr(leaf, "__code__", None)
    if code is not None and str(leaf.__name__).startswith("<"):
        return f"{leaf.__name__} of line {code.co_firstlineno}"
    if hasattr(leaf, "get_config"):
        return f"{type(leaf).__name__}({', '.join(_settings(leaf))})"
    return str(getattr(leaf, "__name__", repr(leaf)))


_IMPLIED = {"name", "reduction", "dtype", "fn"}


def _settings(leaf: Any) -> list[str]:
    try:
        config = dict(leaf.get_config())
    except Exception:  # noqa: BLE001 - a user's own class raises what it likes
        return [f"name={getattr(leaf, 'name', '?')!r}"]
    return [
        f"{key}={value!r}"
        for key, value in config.items()
        if key not in _IMPLIED and isinstance(value, (str, int, float)) and value != _DEFAULTS.get(key)
    ]


_DEFAULTS: dict[str, object] = {"from_logits": False, "axis": -1, "label_smoothing": 0.0}
