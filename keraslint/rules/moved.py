"""Codes that no rule has: a code enters, the rule that finds its pattern leaves, or why none does."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Moved:
    """``pattern`` is what the code stood for, ``codes`` those of the rules that find it now, none where it is
    left to the runtime check or to Keras itself; ``why`` is one sentence.
    """

    pattern: str
    codes: tuple[str, ...]
    why: str

    def sentence(self, code: str) -> str:
        """What ``keraslint explain`` says of the code."""
        found = f"found by {' and '.join(self.codes)}" if self.codes else "found by no rule"
        return f"{code} ({self.pattern}) is {found}: {self.why}"


MOVED: Mapping[str, Moved] = MappingProxyType(
    {
        "KER109": Moved(
            "targets in a dict for a single output",
            ("KER108",),
            "Keras refuses the structure of the targets, as it does any that is not that of the outputs.",
        ),
        "KER213": Moved(
            "nested dicts whose inner keys are not sorted, on PyTorch",
            (),
            "the backend is chosen when the program is started; the runtime check, which knows it, reports"
            " the metrics and inputs that go elsewhere as KER250 and KER251.",
        ),
        "KER305": Moved(
            "a loss object called on a list or dict",
            (),
            "Keras raises at that call, on the line that has to be changed; since 3.7 it takes two lists of"
            " one shape, of which it computes the mean.",
        ),
        "KER405": Moved(
            "validation data structured otherwise than the training data",
            ("KER108", "KER201"),
            "validation data are held against the outputs by themselves; where both are right, that they"
            " differ does no harm.",
        ),
        "KER406": Moved(
            "None among targets or sample weights, before Keras 3.12",
            ("KER108", "KER110"),
            "it is one of the structures that Keras refuses for targets and for sample weights.",
        ),
        "KER702": Moved(
            "the log of one output where Keras logs the total alone",
            ("KER701",),
            "it is a name that no log has; the nearest that there is, is suggested.",
        ),
        "KER706": Moved(
            "det/bbox_loss beside bbox_mae: the losses of nested outputs bear the path, the metrics do not",
            ("KER701",),
            "the other way to write it is a name that no log has; the one that there is, is suggested.",
        ),
        "KER905": Moved(
            "results of evaluate and train_on_batch without return_dict=True",
            ("KER605",),
            "the places of a result matter where it is taken apart, and KER605 is about those.",
        ),
    }
)
