"""``callback()``: a callback of Keras that examines what the first step of a ``fit`` is given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from keraslint.runtime.batches import Batch
from keraslint.runtime.examining import examine
from keraslint.runtime.judging import Question
from keraslint.runtime.patching import Busy
from keraslint.runtime.places import caller
from keraslint.runtime.report import MispairedError, RaiseOn, verify_raise_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from keraslint.findings import Location
    from keraslint.runtime.report import Report


def callback(
    raise_on: RaiseOn = None,
    *,
    print_fn: Callable[[str], object] | None = print,
    keras: ModuleType | None = None,
) -> Any:
    """A callback for ``fit(..., callbacks=[callback()])``, of ``keras`` where that is loaded, else of
    ``tf_keras``; where both are, a model of ``tf_keras`` needs ``callback(keras=tf_keras)``.

    It stands before the model's ``compute_loss`` while the first step is computed or traced, and then
    steps aside, so it also sees what a ``train_step`` of the program's own hands on. ``report`` is what
    it saw, None before; where no step called ``compute_loss`` that is said in the end. Where Keras traces
    the step, targets have no values there, so that labels and ranges are not looked at. A step that was
    traced in an earlier ``fit`` is not computed again: then it sees nothing. Where ``raise_on`` asks for
    it ``MispairedError`` comes out of ``fit``, before any weight has changed.
    """
    verify_raise_on(raise_on)
    keras = keras or sys.modules.get("keras") or sys.modules.get("tf_keras")
    if keras is None:
        message = "import keras (or tf_keras) before keraslint.runtime.callback()"
        raise RuntimeError(message)
    return _class_of(keras)(raise_on, print_fn, caller())


def _class_of(keras: Any) -> Any:
    class Check(keras.callbacks.Callback):  # type: ignore[misc]
        def __init__(self, raise_on: RaiseOn, print_fn: Any, place: Location) -> None:
            super().__init__()
            self.raise_on, self.print_fn, self.place = raise_on, print_fn, place
            self.report: Report | None = None

        def on_train_begin(self, logs: Any = None) -> None:
            del logs
            self._stand_before(self.model)

        def on_train_end(self, logs: Any = None) -> None:
            del logs
            self.model.__dict__.pop("compute_loss", None)
            if self.report is None and self.print_fn is not None:
                where = f"{self.place.document}:{self.place.span.line}"
                self.print_fn(f"{where}: not judged: no step has called compute_loss of {self.model.name!r}")

        def _stand_before(self, model: Any) -> None:
            original = model.compute_loss

            def compute_loss(
                x: Any = None,
                y: Any = None,
                y_pred: Any = None,
                sample_weight: Any = None,
                *rest: Any,
                **named: Any,
            ) -> Any:
                model.__dict__.pop("compute_loss", None)
                self._examine(Batch(x, y, sample_weight, "arrays", None), y_pred)
                return original(x, y, y_pred, sample_weight, *rest, **named)

            model.__dict__["compute_loss"] = compute_loss

        def _examine(self, batch: Batch, predicted: Any) -> None:
            question = Question(
                self.model,
                self.place,
                self.place,
                batch=batch,
                call="train_on_batch",
                in_step=True,
                predicted=predicted,
            )
            with Busy():
                report = self.report = examine(question)
            if self.print_fn is not None:
                self.print_fn(str(report))
            raised = report.at_least(self.raise_on)
            if raised and not report.outcome:
                raise MispairedError(report, raised)

    return Check
