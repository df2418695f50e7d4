"""Whether a head, its target and its loss suit each other: their looks enter, findings leave.

Only what cannot be meant is said: shapes that a loss of Keras broadcasts, labels that are no class, a softmax
that is taken for logits. What a loss of the program's own does with shapes is found by asking it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keraslint.runtime import kinds, own_losses
from keraslint.runtime.losses import SQUARED, Character, character_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Location
    from keraslint.runtime.tensors import Looks, Shape


@dataclass(frozen=True)
class Meeting:
    """One head, its activation, the target and the loss that Keras gives it."""

    head: str
    output: Looks
    activation: str
    target: Looks | None
    loss: Any

    @property
    def character(self) -> Character:
        """What is known of the loss."""
        return character_of(self.loss)


def findings(meeting: Meeting, at: Location) -> Iterator[Finding]:
    """Everything that does not fit at one head."""
    yield from _activation(meeting, at)
    if meeting.target is not None:
        yield from _labels(meeting, at)
        yield from _shapes(meeting, at)


def impossible(meeting: Meeting) -> bool:
    """Whether the target cannot belong to this head: by shape, by classes, or by the range of numbers."""
    target, character = meeting.target, meeting.character
    if target is None:
        return False
    if _outside(meeting) or _other_form(meeting) or _is_broadcast(meeting):
        return True
    bounded = character.labels == "binary" and character.from_logits is False
    bounded = bounded or (character.name in SQUARED and meeting.activation in _PROBABILITIES)
    return bounded and target.range is not None and (target.range[0] < 0 or target.range[1] > 1)


_PROBABILITIES = ("sigmoid", "softmax")


def _activation(meeting: Meeting, at: Location) -> Iterator[Finding]:
    loss, activation = meeting.character, meeting.activation
    if loss.labels not in {"binary", "one-hot", "sparse"} or loss.from_logits is None:
        yield from _sigmoid_mse(meeting, at)
        return
    if loss.from_logits and activation in _PROBABILITIES:
        text = f"{meeting.head!r} ends in a {activation}, and {loss.name} takes it for logits"
        yield kinds.ACTIVATION.at(at, f"{text} (from_logits=True)")
    if not loss.from_logits and activation == "linear":
        text = f"{meeting.head!r} has no activation, and {loss.name} takes it for probabilities"
        yield kinds.ACTIVATION.at(at, f"{text} (from_logits=False)")
    if loss.labels == "binary" and activation == "softmax" and _width(meeting.output) == 1:
        yield kinds.ACTIVATION.at(at, f"{meeting.head!r} is a softmax of one unit, which is always 1")
    if loss.labels == "one-hot" and loss.last_axis and _width(meeting.output) == 1:
        yield kinds.ACTIVATION.at(at, f"{meeting.head!r} has one class for {loss.name}, which is then 0")


def _sigmoid_mse(meeting: Meeting, at: Location) -> Iterator[Finding]:
    """Labels that are 0 and 1 and nothing else, fitted through a sigmoid by a squared error."""
    target = meeting.target
    fits = meeting.activation == "sigmoid" and meeting.character.name == "mean_squared_error"
    if fits and target is not None and target.binary:
        text = f"{meeting.head!r} ends in a sigmoid and its labels are 0 and 1: binary_crossentropy is usual"
        yield kinds.SIGMOID_MSE.at(at, text)


def _labels(meeting: Meeting, at: Location) -> Iterator[Finding]:
    target, loss = meeting.target, meeting.character
    classes = _width(meeting.output)
    if target is None or classes is None:
        return
    if _other_form(meeting):
        have = "one-hot labels" if loss.labels == "sparse" else "integer labels"
        text = f"{meeting.head!r} has {have} {_text(target.shape)}, and {loss.name}"
        wants = "integers" if loss.labels == "sparse" else f"one of {classes} columns a class"
        yield kinds.FORM.at(at, f"{text} wants {wants}")
    elif _outside(meeting) and target.range is not None:
        low, high = target.range
        text = f"the labels of {meeting.head!r} go from {low:g} to {high:g}, and there are"
        yield kinds.LABELS.at(at, f"{text} {classes} classes, 0 to {classes - 1}")


def _outside(meeting: Meeting) -> bool:
    target, loss, classes = meeting.target, meeting.character, _width(meeting.output)
    if target is None or target.range is None or loss.labels != "sparse" or classes is None:
        return False
    if not loss.last_axis or loss.ignored is not None:
        return False
    return target.range[0] < 0 or target.range[1] >= classes


def _other_form(meeting: Meeting) -> bool:
    """One-hot for a sparse loss: rows of zeros and ones as wide as the classes; or one integer a sample."""
    target, loss, output = meeting.target, meeting.character, meeting.output
    if target is None or target.shape is None or output.shape is None or not loss.last_axis:
        return False
    classes = _width(output)
    if loss.labels == "sparse":
        return target.binary and target.shape == output.shape and classes not in (None, 1)
    if loss.labels == "one-hot" and classes not in (None, 1):
        one_a_sample = target.shape in (output.shape[:-1], (*output.shape[:-1], 1))
        return one_a_sample and target.whole
    return False


def _shapes(meeting: Meeting, at: Location) -> Iterator[Finding]:
    target = meeting.target
    if target is None or target.shape is None or meeting.output.shape is None:
        return
    if _is_broadcast(meeting):
        text = f"{meeting.character.name} of {meeting.head!r} broadcasts its target {_text(target.shape)}"
        yield kinds.BROADCAST.at(at, f"{text} against its output {_text(meeting.output.shape)}")
    elif meeting.character.own and _differ_by_a_column(target.shape, meeting.output.shape):
        values = own_losses.values(meeting.loss, target.shape, meeting.output.shape)
        if values is not None:
            text = f"{type(meeting.loss).__name__} of {meeting.head!r} broadcasts its target"
            shapes = f"{_text(target.shape)} against its output {_text(meeting.output.shape)}"
            yield kinds.BROADCAST.at(at, f"{text} {shapes}: {values[0]:.4g} where {values[1]:.4g} is meant")


def _is_broadcast(meeting: Meeting) -> bool:
    """Two shapes that NumPy joins and that are not one, after Keras has added or taken away a last 1."""
    target, loss = meeting.target, meeting.character
    if target is None or target.shape is None or meeting.output.shape is None:
        return False
    if loss.labels not in {"elementwise", "binary"}:
        return False
    one, other = _squeezed(target.shape, meeting.output.shape)
    if not one or not other or len(one) != len(other):
        return False
    pairs = list(zip(one, other, strict=True))[1:]
    joins = all(left is None or right is None or left == right or 1 in (left, right) for left, right in pairs)
    return joins and any(None not in (left, right) and left != right for left, right in pairs)


def _squeezed(target: Shape, output: Shape) -> tuple[Shape, Shape]:
    """``squeeze_or_expand_to_same_rank`` (keras/src/losses/loss.py)."""
    if len(output) == len(target) + 1 and output[-1] == 1:
        return (*target, 1), output
    if len(target) == len(output) + 1 and target[-1] == 1:
        return target, (*output, 1)
    return target, output


def _differ_by_a_column(one: Shape, other: Shape) -> bool:
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(longer) == len(shorter) + 1 and longer[-1] == 1 and longer[:-1] == shorter


def _width(looks: Looks) -> int | None:
    return looks.shape[-1] if looks.shape and len(looks.shape) > 1 else None


def _text(shape: Shape | None) -> str:
    return "(?)" if shape is None else str(shape)
