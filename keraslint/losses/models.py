"""Models that compile with ``NestedLoss`` on every Keras 3 and log its terms, by documented hooks alone."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from inspect import signature
from typing import TYPE_CHECKING, Any

import keras

from keraslint.losses import steps
from keraslint.losses.logs import TermLogs
from keraslint.losses.nested import WEIGHTS, NestedLoss
from keraslint.losses.paths import PathError
from keraslint.losses.state import evaluating
from keraslint.losses.weighting import Weighting

if TYPE_CHECKING:
    from collections.abc import Iterator


KNOWS_TRAINING = "training" in signature(keras.Model.compute_loss).parameters  # from Keras 3.4 on
STATE = "loss_state_"  # before the number of a variable, in a file of weights


def _scope(model: Any) -> Any:
    """Where the variables of a model are made: the scope of its strategy on tensorflow."""
    return model.distribute_strategy.scope() if keras.config.backend() == "tensorflow" else nullcontext()


@dataclass(frozen=True)
class _Compiled:
    """What ``compile`` was given; no list, layer or metric, so that Keras does not track it."""

    loss: NestedLoss
    logs: TermLogs
    variables: list[Any]  # the state of the loss
    before: list[tuple[Any, Any]] = field(
        default_factory=list
    )  # variables and values, until a step is traced


@contextmanager
def _kept(model: Any) -> Iterator[None]:
    """Keep the model as it was when its loss is refused: on jax Keras takes the values out meanwhile."""
    compiled = model._nested  # noqa: SLF001 - the mixin's own
    if compiled is None or compiled.before or not model.built or keras.config.backend() != "jax":
        yield
        return
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.variables, *model.metrics_variables, *(optimizer.variables if optimizer else ())]
    compiled.before.extend((variable, variable.value) for variable in variables)
    try:
        yield
    except PathError:
        for variable, value in compiled.before:
            variable.assign(value)
        raise
    finally:
        compiled.before.clear()


class _Epochs(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells a weighting when an epoch of training begins."""

    def __init__(self, weighting: Weighting) -> None:
        super().__init__()
        self.weighting = weighting

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """An epoch of ``fit``, from 0."""
        del logs
        self.weighting.on_epoch_begin(epoch)


def _with_callback(fit: Any, args: Any, kwargs: Any, callback: Any) -> tuple[Any, Any]:
    """The arguments of ``fit`` with one callback more, in front of the others."""
    given = signature(fit).bind(*args, **kwargs)
    callbacks = given.arguments.get("callbacks")
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks.append(callback)
    else:
        others = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
        given.arguments["callbacks"] = [callback, *others]
    return given.args, given.kwargs


class NestedLossMixin:
    """Put before a model class of Keras, it gives ``compile(loss=NestedLoss({...}))`` the whole output.

    Every term is logged by itself, without its weight, under its path (``detection.bbox_loss``): in the
    progress bar, in ``history``, in ``evaluate(return_dict=True)`` and to callbacks; in the list that
    ``evaluate`` returns otherwise, Keras has the total first and the terms sorted by their keys. Targets for
    heads without a loss may be left out. Any other ``loss`` means what it means to Keras. Regularizers and
    ``add_loss`` are kept, and the compile call is saved and loaded with the model.
    """

    _nested: _Compiled | None = None

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, *args: Any, **kwargs: Any) -> None:
        """As in Keras, but the weights of a ``NestedLoss`` stand in it, not in ``loss_weights``."""
        if not isinstance(loss, NestedLoss):
            self._nested = None
            super().compile(optimizer, loss, *args, **kwargs)  # type: ignore[misc]
            return
        if (args and args[0] is not None) or kwargs.get("loss_weights") is not None:
            raise ValueError(WEIGHTS)
        super().compile(optimizer, None, *args, **kwargs)  # type: ignore[misc]
        self.loss = loss
        with _scope(self):
            self._nested = _Compiled(loss, TermLogs(loss.log_keys), loss.variables)

    @property
    def _weighting(self) -> Weighting | None:
        """What moves the weights of the terms; None where they are constants."""
        return None if self._nested is None else self._nested.loss.weighting

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        """As in Keras; a loss that is refused leaves the model as it was."""
        if self._weighting:
            args, kwargs = _with_callback(super().fit, args, kwargs, _Epochs(self._weighting))  # type: ignore[misc]
        with _kept(self):
            return super().fit(*args, **kwargs)  # type: ignore[misc]

    def evaluate(self, *args: Any, **kwargs: Any) -> Any:
        """As in Keras; a loss that is refused leaves the model as it was."""
        with _kept(self):
            return super().evaluate(*args, **kwargs)  # type: ignore[misc]

    def test_step(self, *args: Any, **kwargs: Any) -> Any:
        """As in Keras; the state of the loss stays as it is."""
        with evaluating():
            return super().test_step(*args, **kwargs)  # type: ignore[misc]

    @property
    def variables(self) -> list[Any]:
        """The variables of Keras, then the state of the loss; ``weights`` are those of the layers alone."""
        found: list[Any] = super().variables  # type: ignore[misc]
        return found if self._nested is None else [*found, *self._nested.variables]

    @property
    def trainable_weights(self) -> list[Any]:
        """What the optimizer moves: the weights of the layers, then those of the loss."""
        found: list[Any] = super().trainable_weights  # type: ignore[misc]
        state = self._nested.variables if self._nested else []
        return [*found, *(variable for variable in state if variable.trainable)]

    def save_own_variables(self, store: Any) -> None:
        """As in Keras, with the state of the loss."""
        super().save_own_variables(store)  # type: ignore[misc]
        for index, variable in enumerate(self._nested.variables if self._nested else []):
            store[f"{STATE}{index}"] = variable

    def load_own_variables(self, store: Any) -> None:
        """As in Keras, with the state of the loss, where it was saved and this model has it."""
        own = {key: store[key] for key in store.keys() if not key.startswith(STATE)}  # noqa: SIM118
        super().load_own_variables(own)  # type: ignore[misc]
        for index, variable in enumerate(self._nested.variables if self._nested else []):
            if f"{STATE}{index}" in store.keys():  # noqa: SIM118
                variable.assign(store[f"{STATE}{index}"])

    @property
    def metrics(self) -> list[Any]:
        """The metrics of Keras with those of the terms behind the total."""
        found: list[Any] = super().metrics  # type: ignore[misc]
        return found if self._nested is None else [*found[:1], self._nested.logs, *found[1:]]

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,  # noqa: FBT001, FBT002 - the signature is that of Keras
    ) -> Any:
        """The total of the terms, of regularizers and of ``add_loss``: a scalar."""
        compiled = self._nested
        if compiled is None:
            given = {"training": training} if KNOWS_TRAINING else {}
            return super().compute_loss(x, y, y_pred, sample_weight, **given)  # type: ignore[misc]
        with evaluating(yes=not training):
            total = compiled.loss.compute(y, y_pred, sample_weight, compiled.logs)
        compiled.before.clear()
        return total + self.added_losses() if self.losses else total  # type: ignore[attr-defined]

    def added_losses(self) -> Any:
        """The sum of regularizers and of ``add_loss``, a scalar, as Keras adds it to a loss; 0 for none."""
        return super().compute_loss() if self.losses else 0.0  # type: ignore[misc,attr-defined]

    def train_step(self, *args: Any) -> Any:
        """As in Keras; weights that come from the gradients of the terms have a step of their own."""
        weighting = self._weighting
        if self._nested and weighting and weighting.by_gradients:
            logs = steps.train_step(self, self._nested.loss, self._nested.logs, *args)
            self._nested.before.clear()
            return logs
        return super().train_step(*args)  # type: ignore[misc]

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of ``compile``, serialized."""
        config: dict[str, Any] = super().get_compile_config()  # type: ignore[misc]
        if self._nested is not None and config:
            config["loss"] = keras.saving.serialize_keras_object(self._nested.loss)
        return config

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """The inverse of ``get_compile_config``; makes the optimizer's variables, so that they can load."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        optimizer = getattr(self, "optimizer", None)
        if optimizer is not None and self.built:  # type: ignore[attr-defined]
            optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]


@keras.saving.register_keras_serializable(package="keraslint")
class Model(NestedLossMixin, keras.Model):  # type: ignore[misc]
    """``keras.Model`` with ``NestedLoss``: called with inputs and outputs, or subclassed with ``call``.

    A class of your own that passes inputs and outputs on derives from ``Functional``: Keras rebuilds the
    bases of such a class for good, and other subclasses of the same base could no longer be made without
    them.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """A ``Functional`` for inputs and outputs: Keras would turn ``Model`` itself into one for good."""
        if cls is Model and (len(args) > 1 or "outputs" in kwargs):
            return Functional(*args, **kwargs)
        return super().__new__(cls, *args, **kwargs)


@keras.saving.register_keras_serializable(package="keraslint")
class Functional(NestedLossMixin, keras.Model):  # type: ignore[misc]
    """What ``Model(inputs, outputs)`` makes."""


@keras.saving.register_keras_serializable(package="keraslint")
class Sequential(NestedLossMixin, keras.Sequential):  # type: ignore[misc]
    """``keras.Sequential`` with ``NestedLoss``."""
