"""Models at work: compiled, fed, asked; and the events this gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from string import Formatter
from typing import TYPE_CHECKING, TypeAlias

from keraslint.inference import bypath, data, models
from keraslint.inference.events import (
    CompileEvent,
    DataEvent,
    ModelSeen,
    MonitorEvent,
    OldEvent,
)
from keraslint.inference.snapshot import freeze, frozen, look
from keraslint.inference.state import simplify
from keraslint.inference.values import (
    Array,
    Batches,
    ByPath,
    Choice,
    Compiled,
    Const,
    Function,
    History,
    Item,
    Made,
    Model,
    Origin,
    Ref,
    Result,
    Snapshot,
    Symbol,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from keraslint.inference.core import Arguments, Run
    from keraslint.inference.values import Constant
    from keraslint.pairing import Call

    Handler: TypeAlias = Callable[[Run, Ref, Model, Arguments, ast.expr], Value]


def call_method(run: Run, ref: Ref, name: str, arguments: Arguments, node: ast.expr) -> Value:
    """A method of a model."""
    model = run.object(ref)
    handler = METHODS.get(name)
    if not isinstance(model, Model) or handler is None:
        return run.unknown(f"what '{name}' of a model returns")
    return handler(run, ref, model, arguments, node)


def _compile(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    def part(name: str, position: int | None = None) -> Item | None:
        item = frozen(run, arguments.get(name, position))
        if item is None and arguments.rest is not None:
            return Item(arguments.rest, run.origin(node))
        return _present(item)

    # optimizer and loss come first everywhere; third is metrics in Keras 2, loss_weights in Keras 3, and
    # numbers are no metrics.
    third = len(arguments.positional) > 2  # noqa: PLR2004
    weights = third and _are_numbers(freeze(run, arguments.positional[2].value))
    reason = "the third positional argument of compile differs between Keras 2 and 3"
    unclear = Item(Unknown(reason), run.origin(node)) if third and not weights else None
    compiled = Compiled(
        run.origin(node),
        loss=part("loss", 1),
        loss_weights=unclear or part("loss_weights", 2),
        metrics=unclear or part("metrics", 3),
        weighted_metrics=part("weighted_metrics", 4),
    )
    if compiled.loss is not None and isinstance(compiled.loss.value, ByPath):
        loss, by_path = bypath.translated(compiled.loss, look(run, ref, model, node).outputs)
        compiled = replace(compiled, loss=loss, loss_weights=by_path, by_path=True)
    compiled = _over(model.compiled, compiled)
    run.state.heap[ref.address] = replace(model, compiled=compiled)
    if third:
        _third(run, look(run, ref, model, node), arguments.positional[2])
    for name, item in arguments.keywords:
        if name in GONE:
            _old(run, look(run, ref, model, node), name, item.origin)
    if not run.silent():
        seen = replace(look(run, ref, model, node), compiled=compiled)
        run.events.append(CompileEvent(seen, run.origin(node), run.given(), expected=run.expecting > 0))
    return Const(None)


GONE = frozenset({"target_tensors", "sample_weight_mode"})
"""Arguments of ``compile`` in Keras 1 and 2 that Keras 3 does not take."""


def _old(run: Run, model: ModelSeen, name: str, origin: Origin) -> None:
    """Report something that Keras 3 does not have."""
    if not run.silent() and not run.expecting:
        run.events.append(OldEvent(model, name, origin))


KEPT = Unknown("that of an earlier compile call, which Keras keeps since 3.6, as none is given")


def _over(earlier: Value | None, later: Compiled) -> Compiled:
    """A compile call after another: what it does not give is not known, Keras may keep what it had.

    keras/src/trainers/trainer.py, 3.6: only ``if loss is not None`` and ``if metrics is not None or
    weighted_metrics is not None`` something is set; until 3.5 and in Keras 2 it becomes None otherwise.
    """
    item = Item(KEPT, later.origin)
    if later.loss is None and _gave(earlier, "loss"):
        later = replace(later, loss=item, loss_weights=item)
    if later.metrics is None and later.weighted_metrics is None:
        metrics = item if _gave(earlier, "metrics") else None
        weighted = item if _gave(earlier, "weighted_metrics") else None
        later = replace(later, metrics=metrics, weighted_metrics=weighted)
    return later


def _gave(compiled: Value | None, part: str) -> bool:
    """Whether an earlier compile call may have given a part."""
    match compiled:
        case Choice(then=then, other=other):
            return _gave(then, part) or _gave(other, part)
        case Compiled():
            return getattr(compiled, part) is not None
        case _:
            return False


def _third(run: Run, model: ModelSeen, given: Item) -> None:
    """Report metrics that Keras 3 takes for weights."""
    if _is_metric(freeze(run, given.value)):
        _old(run, model, "compile", given.origin)


def _are_numbers(value: Value) -> bool:
    """Whether a value is a number, or holds numbers and nothing else."""
    if isinstance(value, Snapshot):
        known = value.items and value.rest is None
        return bool(known) and all(_are_numbers(item.value) for _, item in value.items)
    return isinstance(value, Const) and isinstance(value.value, int | float)


def _is_metric(value: Value) -> bool:
    """Whether a value, or something in it, can be a metric and no weight."""
    match value:
        case Snapshot(items=items):
            return any(_is_metric(item.value) for _, item in items)
        case Const(value=constant):
            return isinstance(constant, str)
        case Made(symbol=symbol) | Symbol(name=symbol):
            return symbol.startswith(("keras.metrics.", "keras.losses."))
        case _:
            return isinstance(value, Function)


@dataclass(frozen=True)
class _Signature:
    """A method that takes data, where ``y`` and ``sample_weight`` stand among its positional arguments."""

    call: Call
    targets: int
    sample_weight: int
    validation: int | None = None
    old: str | None = None


# keras/src/trainers/trainer.py, and the same in Keras 2 (engine/training.py).
FIT = _Signature("fit", 1, 10, validation=7)
EVALUATE = _Signature("evaluate", 1, 4)
TRAIN_ON_BATCH = _Signature("train_on_batch", 1, 2)
TEST_ON_BATCH = _Signature("test_on_batch", 1, 2)
# Keras 2: fit_generator(generator, ...), evaluate_generator(generator, ...); gone from Keras 3.
NOWHERE = 99
FIT_GENERATOR = _Signature("fit", NOWHERE, NOWHERE, old="fit_generator")
EVALUATE_GENERATOR = _Signature("evaluate", NOWHERE, NOWHERE, old="evaluate_generator")


def _takes_data(signature: _Signature) -> Handler:
    def handler(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
        if not run.silent():
            seen = look(run, ref, model, node)
            if signature.old is not None:
                _old(run, seen, signature.old, run.origin(node))
            reset = arguments.get("reset_metrics")
            if reset is not None:
                _old(run, seen, "reset_metrics", reset.origin)
            _fed(run, signature, seen, arguments, node)
            if not run.expecting:
                _monitored(run, arguments, node)
        if signature.call == "fit":
            return History(run.origin(node))
        as_dict = arguments.get("return_dict") is not None
        return Result(signature.call, ref, node, run.origin(node), as_dict)

    return handler


def _fed(run: Run, signature: _Signature, model: ModelSeen, arguments: Arguments, node: ast.expr) -> None:
    given = arguments.get("x", 0) or arguments.get("generator", 0)
    source = None if given is None else data.batches(run, simplify(given.value, run.state.assumed), node)
    targets = _present(frozen(run, arguments.get("y", signature.targets)))
    class_weight = _present(arguments.get("class_weight"))
    event = DataEvent(
        model,
        signature.call,
        run.origin(node),
        run.given(),
        targets,
        _present(frozen(run, arguments.get("sample_weight", signature.sample_weight))),
        class_weight=None if class_weight is None else class_weight.origin,
        expected=run.expecting > 0,
        inputs=_present(frozen(run, given)) if source is None else None,
    )
    if targets is None and source is not None:
        event = _from_source(run, event, source)
    elif targets is None and not (
        given is not None and isinstance(given.value, Array) and not arguments.rest
    ):
        unknown = Unknown("the targets come with the data, which is not followed")
        event = replace(event, targets=Item(unknown, run.origin(node)))
    run.events.append(event)
    validation = _present(arguments.get("validation_data", signature.validation))
    if validation is not None:
        _validated(run, event, validation, node)


def _present(item: Item | None) -> Item | None:
    return None if item is None or item.value == Const(None) else item


def _from_source(run: Run, event: DataEvent, source: Batches) -> DataEvent:
    """Targets and sample weights that come out of a generator, ``PyDataset`` or dataset."""

    def part(place: int) -> Item | None:
        written = data.part_origin(source, place)
        value = data.part(run, source.element, place)
        return _present(Item(value, source.origin if written is None else written.origin))

    return replace(
        event,
        inputs=part(0),
        targets=part(1),
        sample_weight=part(2),
        feed=source.feed,
        batch=Item(source.element, source.origin),
    )


def _validated(run: Run, fit: DataEvent, validation: Item, node: ast.expr) -> None:
    base = DataEvent(fit.model, "evaluate", fit.origin, fit.given, validation=True, expected=fit.expected)

    def one(value: Value) -> Value:
        source = data.batches(run, value, node)
        if source is not None:
            run.events.append(replace(_from_source(run, base, source), given=run.given()))
        elif isinstance(value, Tuple) and value.rest is None and len(value.items) in {2, 3}:
            parts = [_present(frozen(run, item)) for item in value.items]
            weights = parts[2] if len(parts) == 3 else None  # noqa: PLR2004
            event = replace(base, given=run.given(), inputs=parts[0], targets=parts[1])
            run.events.append(replace(event, sample_weight=weights))
        return value

    run.split(validation.value, one)


def _monitored(run: Run, arguments: Arguments, node: ast.expr) -> None:
    """The logs that the callbacks of a fit name."""
    given = arguments.get("callbacks")
    value = None if given is None else freeze(run, given.value)
    items = [item.value for _, item in value.items] if isinstance(value, Snapshot) else [value]
    for callback in items:
        if isinstance(callback, Made) and callback.symbol.startswith("keras.callbacks."):
            options = dict(callback.options)
            kind = callback.symbol.rpartition(".")[2]
            key, mode = options.get("monitor"), options.get("mode", "auto")
            if isinstance(key, str):
                shown = mode if isinstance(mode, str) else None
                run.events.append(MonitorEvent(run.origin(node), key, callback.origin, kind, shown))
            if kind == "ModelCheckpoint":
                for log in _in_path(options.get("filepath")):
                    run.events.append(
                        MonitorEvent(run.origin(node), log, callback.origin, kind, in_path=True)
                    )


def _in_path(path: Constant) -> tuple[str, ...]:
    """The logs that the path of a checkpoint names, as ``{val_loss:.2f}``."""
    if not isinstance(path, str):
        return ()
    try:
        names = [name for _, name, _, _ in Formatter().parse(path) if name]
    except ValueError:
        return ()
    return tuple(name for name in dict.fromkeys(names) if name.isidentifier() and name not in _NO_LOGS)


_NO_LOGS = frozenset({"epoch", "batch"})


def _predict(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del model, arguments
    return Result("predict", ref, node, run.origin(node))


def _predict_generator(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    _old(run, look(run, ref, model, node), "predict_generator", run.origin(node))
    return _predict(run, ref, model, arguments, node)


def _add_loss(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del arguments
    if model.kind == "functional":
        _old(run, look(run, ref, model, node), "add_loss", run.origin(node))
    return Const(None)


def _add_metric(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del arguments
    _old(run, look(run, ref, model, node), "add_metric", run.origin(node))
    return Const(None)


def _save(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    path = models.text_of(arguments.get("filepath", 0))
    if path is not None and path.endswith((".h5", ".hdf5")) and model.compiled is not None:
        _old(run, look(run, ref, model, node), "save as h5", run.origin(node))
    return Const(None)


def _add(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del node
    layer = arguments.get("layer", 0)
    if layer is not None and model.kind == "sequential":
        run.state.heap[ref.address] = replace(model, layers=(*model.layers, layer.value))
    return Const(None)


def _get_layer(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del ref, model
    return Made("keras.layers.Layer", models.text_of(arguments.get("name", 0)), run.origin(node))


def _silent(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del run, ref, model, arguments, node
    return Const(None)


METHODS: dict[str, Handler] = {
    "__call__": models.apply,
    "compile": _compile,
    "fit": _takes_data(FIT),
    "fit_generator": _takes_data(FIT_GENERATOR),
    "evaluate": _takes_data(EVALUATE),
    "evaluate_generator": _takes_data(EVALUATE_GENERATOR),
    "train_on_batch": _takes_data(TRAIN_ON_BATCH),
    "test_on_batch": _takes_data(TEST_ON_BATCH),
    "predict": _predict,
    "predict_on_batch": _predict,
    "predict_generator": _predict_generator,
    "add": _add,
    "add_loss": _add_loss,
    "add_metric": _add_metric,
    "get_layer": _get_layer,
    "summary": _silent,
    "save": _save,
    "save_weights": _silent,
}
