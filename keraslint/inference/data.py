"""Sources of batches: generators, ``Sequence`` and ``PyDataset``, ``tf.data``, Keras's own loaders."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.inference import classes
from keraslint.inference.core import Arguments
from keraslint.inference.snapshot import freeze
from keraslint.inference.state import choice, simplify
from keraslint.inference.values import (
    Array,
    Batches,
    Choice,
    Const,
    Dict,
    Function,
    Instance,
    Item,
    List,
    Ref,
    Snapshot,
    Tuple,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.inference.core import Run
    from keraslint.inference.values import Value

SEQUENCES = frozenset({"Sequence", "PyDataset", "OrderedEnqueuer", "Iterator"})


def batches(run: Run, value: Value, node: ast.expr) -> Batches | None:
    """``value`` as a source of batches, if it is one."""
    if isinstance(value, Batches):
        return value
    if isinstance(value, Choice):
        return _either(run, value, node)
    thing = run.object(value) if isinstance(value, Ref) else None
    if not isinstance(thing, Instance):
        return None
    base = classes.keras_base(thing.cls) or ""
    method = classes.find(thing.cls, "__getitem__")
    if base.rpartition(".")[2] not in SEQUENCES or method is None:
        return None
    index = Item(run.unknown("a batch number"), run.origin(node))
    before = run.state.copy()
    batch = freeze(run, run.call(classes.bind(method, value), Arguments((index,)), node))
    run.state = before
    return Batches("py_dataset", batch, thing.cls.origin)


def _either(run: Run, value: Choice, node: ast.expr) -> Batches | None:
    """Two sources of batches as one; the batches are a choice."""
    one, two = batches(run, value.then, node), batches(run, value.other, node)
    if one is None or two is None or one.feed != two.feed:
        return None
    return replace(one, element=choice(value.test, value.text, one.element, two.element))


def part(run: Run, batch: Value, place: int) -> Value:
    """``x``, ``y`` or ``sample_weight`` of a batch; ``None`` where the batch has none."""
    batch = simplify(batch, run.state.assumed)
    match batch:
        case Choice(test=test, text=text, then=then, other=other):
            return choice(test, text, part(run, then, place), part(run, other, place))
        case Snapshot(kind="tuple" | "list", items=items, rest=rest):
            return items[place][1].value if place < len(items) else rest or Const(None)
        case Array() | Snapshot():
            return batch if place == 0 else Const(None)
        case Unknown():
            return batch
        case _:
            return run.unknown("a batch that is not known")


def part_origin(batch: Batches, place: int) -> Item | None:
    """The item that gave a part of a batch, where the batch was written in one place."""
    element = batch.element
    if isinstance(element, Snapshot) and element.kind in {"tuple", "list"} and place < len(element.items):
        return element.items[place][1]
    return None


def thaw(run: Run, value: Value) -> Value:
    """A snapshot as containers that can be changed again."""
    match value:
        case Choice(test=test, text=text, then=then, other=other):
            return choice(test, text, thaw(run, then), thaw(run, other))
        case Snapshot(kind="tuple" | "namedtuple", items=items, rest=rest):
            return Tuple(tuple(item._replace(value=thaw(run, item.value)) for _, item in items), rest)
        case Snapshot(kind="list", items=items, rest=rest, several=several):
            held = tuple(item._replace(value=thaw(run, item.value)) for _, item in items)
            return run.new(List(held, rest, several))
        case Snapshot(items=items, rest=rest):
            pairs = ((Const(key), item._replace(value=thaw(run, item.value))) for key, item in items)
            return run.new(Dict(tuple(pairs), rest))
        case _:
            return value


SAME = frozenset({"batch", "prefetch", "cache", "shuffle", "repeat", "take", "skip", "with_options", "shard",
                  "filter", "unbatch", "padded_batch", "ragged_batch", "rebatch", "snapshot", "concatenate",
                  "as_numpy_iterator", "apply", "ignore_errors", "rejection_resample"})  # fmt: skip
"""Methods of a dataset that leave the structure of its elements as it is."""


def method(run: Run, source: Batches, name: str, arguments: Arguments, node: ast.expr) -> Value:
    """A method of a dataset."""
    if name in SAME:
        return source
    if name == "enumerate":
        pair = ((0, Item(Array(source.origin), source.origin)), (1, Item(source.element, source.origin)))
        return replace(source, element=Snapshot("tuple", pair))
    function = arguments.get("map_func", 0)
    if name != "map" or function is None:
        return run.unknown(f"what '{name}' of a dataset returns")
    element = simplify(source.element, run.state.assumed)
    whole = isinstance(element, Snapshot) and element.kind == "tuple" and element.rest is None
    spread = element.items if whole and isinstance(element, Snapshot) else ()
    given = [item._replace(value=thaw(run, item.value)) for _, item in spread]
    alone = [Item(thaw(run, element), source.origin)]
    mapped = run.call(function.value, Arguments(tuple(given or alone)), node)
    return Batches(source.feed, freeze(run, mapped), function.origin)


def mapped_from_elsewhere(run: Run, node: ast.Call, callee: Value, arguments: Arguments) -> Batches | None:
    """``dataset.map(function)`` of a dataset that is not known: what the function returns may tell enough."""
    given = arguments.get("map_func", 0)
    function = None if given is None else given.value
    named = isinstance(node.func, ast.Attribute) and node.func.attr == "map"
    if not named or not isinstance(callee, Unknown) or not isinstance(function, Function):
        return None
    spec = function.node.args
    here = run.origin(node)
    each = tuple(Item(run.unknown("an element of a dataset"), here) for _ in (*spec.posonlyargs, *spec.args))
    element = freeze(run, run.call(function, Arguments(each), node))
    if not isinstance(element, Snapshot) or element.kind != "tuple":
        return None
    return Batches("dataset", element, here)


def _slices(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    tensors = arguments.get("tensors", 0)
    if tensors is None:
        return run.unknown("a dataset of nothing")
    return Batches("dataset", freeze(run, tensors.value), run.origin(node))


def _from_generator(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    generator, given = arguments.get("generator", 0), arguments.get("args")
    if generator is None:
        return run.unknown("a dataset of nothing")
    inner: tuple[Item, ...] = ()
    if given is not None:
        inner = given.value.items if isinstance(given.value, Tuple) else ()
    value = generator.value
    made = value if isinstance(value, Batches) else run.call(value, Arguments(inner), node)
    if not isinstance(made, Batches):
        return run.unknown("a dataset of a generator that is not known")
    return Batches("dataset", made.element, made.origin)


def _zip(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    given = arguments.positional
    whole = given[0].value if len(given) == 1 else Tuple(given, arguments.rest)
    element = _zipped(freeze(run, whole))
    if element is None:
        return run.unknown("a zip of datasets that are not known")
    return Batches("dataset", element, run.origin(node))


def _zipped(value: Value) -> Value | None:
    """One element of each dataset, in the containers that the datasets stand in."""
    if isinstance(value, Batches):
        return value.element
    if not isinstance(value, Snapshot) or value.rest is not None:
        return None
    items = [(key, item.origin, _zipped(item.value)) for key, item in value.items]
    known = tuple((key, Item(one, origin)) for key, origin, one in items if one is not None)
    return Snapshot(value.kind, known) if len(known) == len(items) else None


def _plain(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    """A dataset of numbers, names of files, lines or records: one tensor at a time."""
    del arguments
    return Batches("dataset", Array(run.origin(node)), run.origin(node))


def _labelled(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    mode = arguments.get("label_mode")
    array = Item(Array(run.origin(node)), run.origin(node))
    if mode is not None and not isinstance(mode.value, Const):
        return run.unknown("a dataset with labels or without")
    if mode is not None and mode.value == Const(None):
        return Batches("dataset", array.value, run.origin(node))
    return Batches("dataset", Snapshot("tuple", ((0, array), (1, array))), run.origin(node))


DATASET = "tensorflow.data.Dataset"

KNOWN: dict[str, Callable[[Run, Arguments, ast.expr], Value]] = {
    f"{DATASET}.from_tensor_slices": _slices,
    f"{DATASET}.from_tensors": _slices,
    f"{DATASET}.from_generator": _from_generator,
    f"{DATASET}.zip": _zip,
    **{f"{DATASET}.{name}": _plain for name in ("range", "list_files")},
    **{f"tensorflow.data.{name}": _plain for name in ("TFRecordDataset", "TextLineDataset")},
    **{
        f"keras.{home}.{kind}_dataset_from_directory": _labelled
        for home in ("utils", "preprocessing")
        for kind in ("image", "text", "audio")
    },
    "keras.preprocessing.image_dataset_from_directory": _labelled,
    "keras.preprocessing.image.image_dataset_from_directory": _labelled,
    "keras.preprocessing.text.text_dataset_from_directory": _labelled,
}


def _labels(run: Run, given: Item) -> Item:
    """Keras makes one array of the labels (keras/src/legacy/preprocessing/image.py, ``np.asarray(y)``)."""
    value = freeze(run, given.value)
    one = isinstance(value, Snapshot) and value.kind in {"list", "tuple"}
    return Item(Array(given.origin) if one else value, given.origin)


def flow(run: Run, name: str, arguments: Arguments, node: ast.expr) -> Value:
    """``flow`` and ``flow_from_...`` of an ``ImageDataGenerator``."""
    here = run.origin(node)
    array = Item(Array(here), here)
    if name == "flow":
        labels = arguments.get("y", 1)
        pair = ((0, array),) if labels is None else ((0, array), (1, _labels(run, labels)))
        return Batches("py_dataset", Snapshot("tuple", pair), here)
    mode = arguments.get("class_mode")
    if mode is None or (
        isinstance(mode.value, Const) and mode.value.value in {"binary", "categorical", "sparse"}
    ):
        return Batches("py_dataset", Snapshot("tuple", ((0, array), (1, array))), here)
    return run.unknown("images with labels that are not known")
