"""Calls of what comes from outside the program: numpy, TensorFlow and Keras, as far as they matter here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference import bypath, data, keys, lite, models, options, standard, symbols
from keraslint.inference.core import Arguments, calling
from keraslint.inference.values import (
    Array,
    Const,
    Instance,
    Item,
    Made,
    Model,
    Symbol,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from keraslint.inference.core import Run
    from keraslint.inference.values import Object


@calling(Symbol)
def outside(run: Run, callee: Symbol, arguments: Arguments, node: ast.expr) -> Value:
    """A function or class from outside the program."""
    handler = KNOWN.get(callee.name) or data.KNOWN.get(callee.name)
    if handler is not None:
        return handler(run, arguments, node)
    value = _model(run, callee.name, arguments, node) or _layer(run, callee.name, arguments, node)
    if value is not None:
        return value
    if symbols.makes_array(callee.name):
        return _array(run, arguments, node, Made(callee.name, None, run.origin(node)))
    if symbols.is_tensor_op(callee.name) and _on_tensor(arguments):
        return _operation(run, callee.name, node)
    return run.unknown(f"what '{callee.name}' returns is not known")


def _model(run: Run, name: str, arguments: Arguments, node: ast.expr) -> Value | None:
    if name in {symbols.MODEL, symbols.SEQUENTIAL}:
        return models.make(run, name, arguments, node)
    if name in symbols.COPIES_OF_MODELS:
        return _copied(run, arguments, node)
    if symbols.is_application(name):
        given = models.text_of(arguments.get("name"))
        return run.new(Model("functional", run.origin(node), Tensor(None, run.origin(node)), given))
    return None


def _layer(run: Run, name: str, arguments: Arguments, node: ast.expr) -> Value | None:
    given = models.text_of(arguments.get("name"))
    if name == symbols.INPUT or symbols.is_layer_function(name):
        by = Made(name, given, run.origin(node), options=options.of(name, arguments))
        return Tensor(given, run.origin(node), by)
    if symbols.is_layer(name):
        plain, function = _single(name, arguments), _called(name, arguments)
        given_options = options.of(name, arguments)
        return Made(name, given, run.origin(node), plain=plain, options=given_options, function=function)
    if name.startswith(symbols.MAKERS) and name.rpartition(".")[2][:1].isupper():
        return Made(name, given, run.origin(node), options=options.of(name, arguments))
    return None


def _called(name: str, arguments: Arguments) -> Value | None:
    function = arguments.get("function", 0) if name == "keras.layers.Lambda" else None
    return None if function is None else function.value


def _array(run: Run, arguments: Arguments, node: ast.expr, by: Made | None = None) -> Value:
    return Tensor(None, run.origin(node), by) if _on_tensor(arguments) else Array(run.origin(node), by)


def _on_tensor(arguments: Arguments) -> bool:
    return any(isinstance(item.value, Tensor) for item in arguments.positional)


SEVERAL = frozenset(
    {
        "split",
        "unstack",
        "meshgrid",
        "while_loop",
        "map_fn",
        "scan",
        "cond",
        "moments",
        "unique",
        "top_k",
        "rnn",
        "switch",
        "associative_scan",
        "nonzero",
        "where",
        "slogdet",
        "qr",
        "svd",
        "eigh",
    }
)


def _operation(run: Run, name: str, node: ast.expr) -> Value:
    if name.rpartition(".")[2] in SEVERAL:
        return run.unknown(f"'{name}' may return several tensors")
    return Tensor(None, run.origin(node), Made(name, None, run.origin(node)))


def _single(name: str, arguments: Arguments) -> bool:
    kind = name.rpartition(".")[2]
    if kind in symbols.LAYERS_WITH_ANY_OUTPUT:
        return False
    state = arguments.get("return_state")
    return (
        kind not in symbols.LAYERS_WITH_STATE
        or (state is None and kind not in {"RNN", "Bidirectional"})
        or (state is not None and state.value == Const(value=False))
    )


@calling(Made)
def made(run: Run, callee: Made, arguments: Arguments, node: ast.expr) -> Value:
    """Calling a layer gives a tensor of its name; calling a loss or metric an array."""
    if symbols.is_layer(callee.symbol):
        if callee.plain or _gives_one(run, callee, arguments, node):
            return Tensor(callee.name, run.origin(node), callee)
        return run.unknown(f"how many outputs a '{callee.symbol}' layer has is not known")
    if callee.symbol.startswith(("keras.losses.", "keras.metrics.", "keraslint.losses.")):
        keys.called(run, callee, arguments, node)
        return _array(run, arguments, node)
    return run.unknown(f"what a '{callee.symbol}' returns is not known")


def _gives_one(run: Run, layer: Made, arguments: Arguments, node: ast.expr) -> bool:
    """Whether the function of a ``Lambda`` makes one tensor of what the layer is called with."""
    given = arguments.positional[:1]
    if layer.function is None or not given:
        return False
    return isinstance(run.call(layer.function, Arguments(given), node), Tensor)


def _why(run: Run, thing: Value | Object) -> str:
    match thing:
        case Unknown(reason=reason):
            return f": {reason}"
        case Instance(cls=cls):
            where = run.project.shown(run.project.path(cls.origin.document))
            return f": class {cls.node.name} of {where} shows no outputs"
        case _:
            return ""


def _copied(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    given = arguments.get("model", 0)

    def one(thing: Value | Object) -> Value:
        if not isinstance(thing, Model) or thing.kind == "subclass":
            return run.unknown(f"a copy of a model that is not known{_why(run, thing)}")
        return run.new(Model(thing.kind, run.origin(node), thing.outputs, thing.name, layers=thing.layers))

    return run.unknown("a copy of nothing") if given is None else run.each(given.value, one)


def _dataset(run: Run, _: Arguments, node: ast.expr) -> Value:
    """``(x_train, y_train), (x_test, y_test)``, whichever of keras.datasets it is."""
    array = Item(Array(run.origin(node)), run.origin(node))
    pair = Item(Tuple((array, array)), run.origin(node))
    return Tuple((pair, pair))


def _split_data(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    """scikit-learn's ``train_test_split``: two arrays for each that it is given."""
    array = Item(Array(run.origin(node)), run.origin(node))
    if arguments.rest is not None:
        return run.unknown("a split of arrays that are not known")
    return Tuple((array,) * (2 * len(arguments.positional)))


KNOWN: dict[str, Callable[[Run, Arguments, ast.expr], Value]] = {
    **standard.KNOWN,
    **lite.KNOWN,
    "keraslint.losses.NestedLoss": bypath.nested_loss,
    "keraslint.losses.CrossBatchMemory": keys.remembering,
    "sklearn.model_selection.train_test_split": _split_data,
    **{f"keras.datasets.{name}.load_data": _dataset for name in symbols.DATASETS},
}
