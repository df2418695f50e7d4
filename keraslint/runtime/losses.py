"""What a compiled loss is, by its own word: an entry of ``compile(loss=...)`` enters, its kind leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from keraslint.pairing.builtin import snake_case

Labels: TypeAlias = Literal["elementwise", "one-hot", "sparse", "binary", "unknown"]

_ALIASES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "logcosh": "log_cosh",
}
SQUARED = frozenset({"mean_squared_error", "mean_absolute_error", "huber", "log_cosh"})
_LABELS: dict[str, Labels] = {
    **dict.fromkeys(SQUARED, "elementwise"),
    "mean_absolute_percentage_error": "elementwise",
    "mean_squared_logarithmic_error": "elementwise",
    "poisson": "elementwise",
    "binary_crossentropy": "binary",
    "binary_focal_crossentropy": "binary",
    "categorical_crossentropy": "one-hot",
    "categorical_focal_crossentropy": "one-hot",
    "sparse_categorical_crossentropy": "sparse",
}


@dataclass(frozen=True)
class Character:
    """A loss of Keras by its function's name, what labels it takes, and whether it is given logits.

    ``own`` says that it is a ``Loss`` of the program's own, whose ``call`` sees the shapes as they are.
    ``ignored`` is a class that it leaves out.
    """

    name: str
    labels: Labels = "unknown"
    from_logits: bool | None = None
    own: bool = False
    ignored: int | None = None
    last_axis: bool = True


def character_of(loss: Any) -> Character:
    """The character of a string, a function or an object of Keras; of anything else that it is unknown."""
    if isinstance(loss, str):
        name = snake_case(loss) if loss[:1].isupper() else loss
        return _of_keras(_ALIASES.get(name, name), from_logits=False)
    module = str(getattr(loss if hasattr(loss, "__name__") else type(loss), "__module__", ""))
    ours = module.partition(".")[0] in {"keras", "tf_keras"}
    if hasattr(loss, "__name__"):
        name = str(loss.__name__)
        return _of_keras(name, from_logits=False) if ours else Character(name)
    name = snake_case(type(loss).__name__)
    if not ours:
        return Character(name, own=callable(getattr(loss, "call", None)) and not hasattr(loss, "fn"))
    return _of_object(loss, name)


def _of_keras(name: str, *, from_logits: bool) -> Character:
    return Character(name, _LABELS.get(name, "unknown"), from_logits)


def _of_object(loss: Any, name: str) -> Character:
    try:
        config = dict(loss.get_config())
    except Exception:  # noqa: BLE001 - then its settings are not known
        return Character(name)
    found = config.get("from_logits", False)
    return Character(
        name,
        _LABELS.get(name, "unknown"),
        found if isinstance(found, bool) else None,
        ignored=config.get("ignore_class"),
        last_axis=config.get("axis", -1) in (-1, None),
    )
