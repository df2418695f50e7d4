"""The arguments of a call of Keras enter; those that are constants leave by name, for whoever asks later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference.values import Const, Symbol

if TYPE_CHECKING:
    from keraslint.inference.core import Arguments
    from keraslint.inference.values import Constant, Value

# keras/src/callbacks and layers: the arguments of these in order, in Keras 2 too.
POSITIONS = {
    "EarlyStopping": ("monitor", "min_delta", "patience", "verbose", "mode"),
    "ReduceLROnPlateau": ("monitor", "factor", "patience", "verbose", "mode"),
    "ModelCheckpoint": (
        "filepath", "monitor", "verbose", "save_best_only", "save_weights_only", "mode",
    ),
    "Dense": ("units", "activation"),
    "Activation": ("activation",),
}  # fmt: skip


def of(symbol: str, arguments: Arguments) -> tuple[tuple[str, Constant], ...]:
    """The arguments by name; ``...`` stands for one that is no constant, or may be among ``**others``."""
    names = POSITIONS.get(symbol.rpartition(".")[2], ())
    named = [*zip(names, arguments.positional, strict=False), *arguments.keywords]
    found = {name: _constant(item.value) for name, item in named}
    if arguments.rest is not None:
        found = {**dict.fromkeys(names, ...), **found}
    return tuple(found.items())


def _constant(value: Value) -> Constant:
    """An option; a function is called by its last name, as ``softmax`` of ``keras.activations``."""
    if isinstance(value, Symbol):
        return value.name.rpartition(".")[2]
    return value.value if isinstance(value, Const) else ...
