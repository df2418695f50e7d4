"""Model, batch and places enter; a ``Report`` leaves. Nothing is printed or raised here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from keraslint.runtime import heads, internals
from keraslint.runtime.by_path import ByPath, is_ours, nested_loss
from keraslint.runtime.judging import Judged, Question, bare_rows
from keraslint.runtime.reading import PARTS, Live
from keraslint.runtime.report import Report
from keraslint.runtime.trees import shown, tree_of
from keraslint.tree import Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = {
    "fit": ("train_step",),
    "train_on_batch": ("train_step",),
    "evaluate": ("test_step",),
    "test_on_batch": ("test_step",),
    "compile": ("train_step", "test_step"),
}
"""The step that each call makes."""


def examine(question: Question) -> Report:
    """Everything that can be said."""
    model, batch = question.model, question.batch
    keras = internals.keras_of(model)
    report = Report(
        model=str(getattr(model, "name", type(model).__name__)),
        keras=str(keras.__version__),
        backend=_backend(keras),
        call=question.call,
        place=f"{question.at.document}:{question.at.span.line}",
        data=None if batch is None else batch.data,
    )
    own = tuple(_own(question))
    try:
        live = _live(question)
    except (heads.UnknownOutputsError, internals.ForeignKerasError) as error:
        return replace(report, undecided=own or (str(error),))
    reasons = (*own, *_containers(live, nested_loss(model)))
    if reasons:
        return replace(report, rows=tuple(bare_rows(live)), undecided=reasons)
    nested = nested_loss(model)
    if nested is not None:
        return ByPath(question, live, report, nested).report()
    return Judged(question, live, report).report()


def _backend(keras: Any) -> str:
    return "tensorflow" if internals.is_keras_2(keras) else str(keras.backend.backend())


def _live(question: Question) -> Live:
    model, batch = question.model, question.batch
    given = dict(internals.compiled_parts(model))
    if batch is not None:
        given |= {"targets": batch.y, "sample_weight": batch.sample_weight}
    return Live(
        outputs=heads.outputs_of(model, None if batch is None else batch.x, question.predicted),
        kind=heads.kind_of(model),
        parts={name: tree_of(part) for name, part in given.items() if part is not None},
        call=question.call,
        feed="arrays" if batch is None else batch.feed,
        class_weight=question.class_weight,
    )


def _own(question: Question) -> Iterator[str]:
    """What the program does itself where Keras would pair."""
    model, name = question.model, type(question.model).__name__
    if _is_own(model, "compute_loss"):
        yield f"{name} has a compute_loss of its own, which pairs as it likes"
    for step in () if question.in_step else STEPS[question.call]:
        if _is_own(model, step):
            yield (
                f"{name} has a {step} of its own, which pairs as it likes; "
                "keraslint.runtime.callback() judges what it hands to compute_loss"
            )


def _containers(live: Live, nested: Any) -> Iterator[str]:
    for part in PARTS:
        for path, leaf in leaves(live.parts.get(part, Leaf(None))):
            if hasattr(type(leaf), "tree_flatten") and leaf is not nested:
                yield f"{part} {shown(path)} is {type(leaf).__name__}, a container of its own kind"


def _is_own(model: Any, name: str) -> bool:
    """Whether a method is the program's, not that of Keras or of the models of ``keraslint.losses``."""
    owner = next((cls for cls in type(model).__mro__ if name in vars(cls)), type(model))
    if name in vars(model):
        return True
    return owner.__module__.partition(".")[0] not in {"keras", "tf_keras"} and not is_ours(owner)
