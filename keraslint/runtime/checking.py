"""``check``: a compiled model and its data enter; a report is printed, returned, raised where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keraslint.runtime import batches, internals
from keraslint.runtime.examining import examine
from keraslint.runtime.judging import Question
from keraslint.runtime.patching import Busy
from keraslint.runtime.places import caller
from keraslint.runtime.report import MispairedError, RaiseOn, Report, verify_raise_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keraslint.pairing import Call

_PROVED_ROWS = 32


def check(  # noqa: PLR0913 - what fit takes, and how to answer
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    class_weight: dict[int, float] | None = None,
    validation_data: Any = None,
    callbacks: Sequence[Any] = (),
    call: Call = "fit",
    prove: bool = False,
    raise_on: RaiseOn = None,
    print_fn: Callable[[str], object] | None = print,
) -> Report:
    """Show and verify what ``model.fit`` with these arguments pairs, without training.

    ``x`` is what ``fit`` takes: arrays in any container, a ``tf.data.Dataset``, a generator, a ``PyDataset``
    or a torch ``DataLoader``. One batch is looked at. A generator cannot be read twice: train on
    ``report.data``, which begins with the batch that was taken. A dataset that shuffles is iterated once,
    after which TensorFlow shuffles it otherwise.

    ``prove=True`` computes each loss by itself and compares the numbers with those that Keras logs for one
    ``test_on_batch`` of at most 32 samples; the model's weights, metrics and seeds are put back. ``raise_on``
    is the least severity that raises (``"error"``, ``"warning"``, ``"info"``) or the codes or names of
    findings. ``print_fn=None`` prints nothing. A model whose graph is known is not run at all; another is
    called once, symbolically where that is possible.

    Raises:
        MispairedError: (a ``ValueError``) where ``raise_on`` asks for it; its ``report`` has everything.
        ValueError: for a model that is not compiled, and for a ``raise_on`` that does not exist.
        TypeError: for what is no model of Keras.
    """
    verify_raise_on(raise_on)
    internals.keras_of(model)
    if not getattr(model, "optimizer", None) and not getattr(model, "compiled", False):
        message = "the model is not compiled: call model.compile(...) before keraslint.runtime.check"
        raise ValueError(message)
    place = caller()
    rows = _PROVED_ROWS if prove else batches.ROWS
    question = Question(
        model,
        compiled_at=place,
        at=place,
        batch=batches.take(x, y, sample_weight, rows),
        call=call,
        class_weight=class_weight is not None,
        callbacks=callbacks,
        validation=validation_batch(validation_data),
        prove=prove,
    )
    with Busy():
        report = examine(question)
    if print_fn is not None:
        print_fn(str(report))
    raised = report.at_least(raise_on)
    if raised:
        raise MispairedError(report, raised)
    return report


def validation_batch(validation_data: Any, *, untouched: bool = False) -> batches.Batch | None:
    """One batch of ``validation_data``: a tuple of arrays, or whatever else ``evaluate`` takes."""
    if validation_data is None:
        return None
    if isinstance(validation_data, (tuple, list)):
        return batches.take(*validation_data[:3])
    if hasattr(validation_data, "__next__"):
        return None  # it could not be given back
    return batches.take(validation_data, untouched=untouched)
