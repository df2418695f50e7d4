"""A run's verdict in one word: decoded pairs enter, the word of the record leaves.

The words sort a table; what is compared is the pairs. In a case everything that belongs together has the same
letter, so whatever is marked went elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keraslint.pairing.cases import structure
from keraslint.tree import MAPPINGS, SEQUENCES, Branch, Leaf, Tree, at, leaves
from tests.conformance.containers import letters_in
from tests.conformance.decode import letters_of

if TYPE_CHECKING:
    from keraslint.pairing.cases import Case
    from tests.conformance.decode import Pairs

# The first that fits the total loss is its verdict.
_MARKED = (
    ("NAN", re.compile("NaN")),
    ("SWAP", re.compile(r"[(,][tl]")),
    ("WSWAP", re.compile(r"[(,]w[A-CS]")),
    ("SSWAP", re.compile(r"[(,]s[A-C]")),
    ("WDROP", re.compile(r"w-")),
    ("SDROP", re.compile(r"s-")),
    ("ODD", re.compile(r"\?")),
)


@dataclass(frozen=True)
class Judge:
    """Says how the pairs of one case are to be called."""

    case: Case
    pairs: Pairs

    @property
    def _compiled(self) -> dict[str, Any]:
        return dict(self.case.spec["compile"])

    @property
    def verdict(self) -> str:
        """OK, or what went elsewhere in the total loss and in the metrics."""
        total = self._total
        metrics = self._metrics
        if not metrics:
            return total
        return metrics if total == "OK" else f"{total}+{metrics}"

    @property
    def _total(self) -> str:
        if any("NaN" in text for _, text in self.pairs.entries):
            return "NAN"
        for verdict, mark in _MARKED:
            if mark.search(self.pairs.total):
                return verdict
        return self._by_count()

    def _by_count(self) -> str:
        """Whether terms are missing."""
        expected = self._expected
        if not expected or self.pairs.total == "+".join(expected) or "(w" in self.pairs.total:
            return "OK"
        return "DROP" if len(self.pairs.total.split("+")) < len(expected) else "DIFF"

    @property
    def _expected(self) -> list[str]:
        """The letters of the terms that were written: all heads for one loss, else those that have a loss.

        A list cannot leave out a head but by ``None``, so the heads that it does not reach are expected, too.
        """
        loss, outputs = structure(self._compiled.get("loss")), structure(self.case.spec["model"]["outputs"])
        heads = [(path, str(letter)) for path, letter in leaves(outputs)]
        written = list(letters_of(str(text) for _, text in leaves(loss) if text is not None))
        if isinstance(loss, Leaf):
            return sorted({letter for _, letter in heads}) if written else []
        if not (_is_sequence(loss) and _is_sequence(outputs)):
            return sorted(written)
        unreached = [letter for path, letter in heads if at(loss, path) is None and letter not in written]
        return sorted(written + unreached)

    @property
    def _metrics(self) -> str:
        words = ["MSWAP"] if any(self._went_elsewhere(text) for _, text in self.pairs.metrics) else []
        words += ["MISLABEL"] if any(self._is_mislabeled(*entry) for entry in self.pairs.entries) else []
        return "+".join(words) or self._dropped()

    def _went_elsewhere(self, text: str) -> bool:
        marks = text[2:-1].split(",") if "(" in text else []
        kinds = "tl" if self._one_metric_a_head else "t"
        return any(mark[:1] in kinds for mark in marks if mark)

    @property
    def _one_metric_a_head(self) -> bool:
        """Whether a metric of another letter's loss means that it went elsewhere."""
        compiled = self._compiled
        written = [letter for part in _METRICS for letter in letters_of(letters_in(compiled.get(part)))]
        heads = set(letters_in(self.case.spec["model"]["outputs"]))
        distinct = sorted(set(written)) == sorted(written) and set(written) <= heads
        return distinct or set(_METRICS) <= set(compiled)

    def _dropped(self) -> str:
        """How many of the written metrics are logged, where some are not."""
        compiled = self._compiled
        have, dropped = len(self.pairs.metrics), ""
        for part in _METRICS:
            want = len(letters_in(compiled.get(part)))
            shared = part == "metrics" and "weighted_metrics" in compiled
            if have < want and not shared and not dropped:
                dropped = f"MDROP({have}/{want})"
        return dropped

    def _is_mislabeled(self, log: str, text: str) -> bool:
        labels = self._labels
        names = [name for name in labels if log.startswith(f"{name}_")]
        return bool(names) and text[0] in "ABCDE" and text[0] not in labels[max(names, key=len)]

    @property
    def _labels(self) -> dict[str, set[str]]:
        """What a log's prefix may stand for: a key of the outputs before the name of a layer."""
        outputs = structure(self.case.spec["model"]["outputs"])
        labels: dict[str, set[str]] = {}
        if isinstance(outputs, Branch) and outputs.kind in MAPPINGS:
            for key, child in outputs.items:
                if isinstance(child, Leaf):
                    labels[str(key)] = {str(child.value)}
        keys = set(labels)
        for letter, name in self.case.spec["model"].get("layers", {}).items():
            if name not in keys:
                labels.setdefault(name, set()).add(letter)
        return labels


def _is_sequence(tree: Tree[Any]) -> bool:
    return isinstance(tree, Branch) and tree.kind in SEQUENCES


_METRICS = ("metrics", "weighted_metrics")
