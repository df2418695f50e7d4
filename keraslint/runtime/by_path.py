"""A model that is compiled with a ``NestedLoss`` and a batch enter; a report leaves, path by path.

Losses meet outputs and targets by their paths, so no order can exchange them. Only a plain ``keras.Model``
pairs the targets before the loss sees them: for that ``pairing`` is asked, as for one loss for all outputs.
Nothing here imports ``keraslint.losses``: where it is not loaded, no model has such a loss.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from keraslint.pairing import Paired, Undecided
from keraslint.runtime import heads as outputs_of_model, internals, kinds, pairs, proving
from keraslint.runtime.judging import Judged, bare_rows
from keraslint.runtime.reading import text_of
from keraslint.runtime.report import Proof, Proved
from keraslint.runtime.tensors import as_float
from keraslint.runtime.trees import shown, thing_of, tree_of
from keraslint.tree import Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.pairing import Verdict
    from keraslint.runtime.fits import Meeting
    from keraslint.runtime.reading import Live
    from keraslint.runtime.report import Report, Row
    from keraslint.sites.model import TrainingSite
    from keraslint.tree import Path

PACKAGE = "keraslint.losses"
OF_METRICS = frozenset(
    {"KER105", "KER106", "KER107", "KER114", "KER115", "KER150", "KER204", "KER206", "KER250", "KER302"}
)
"""What ``pairs`` may say of a model whose losses Keras never sees."""


def nested_loss(model: Any) -> Any:
    """The ``NestedLoss`` that a model is compiled with; None where it is another loss."""
    losses, loss = sys.modules.get(PACKAGE), getattr(model, "loss", None)
    return loss if losses is not None and isinstance(loss, losses.NestedLoss) else None


def is_ours(cls: type) -> bool:
    """Whether a class is one of ``keraslint.losses``."""
    return cls.__module__.startswith(f"{PACKAGE}.")


def unwrapped(loss: Any) -> Any:
    """The function or loss of Keras that a term was written with."""
    functions = sys.modules[f"{PACKAGE}.functions"]
    if isinstance(loss, functions.FunctionLoss):
        return loss.function
    return loss.loss if isinstance(loss, functions.ReducedLoss) else loss


@dataclass(frozen=True)
class ByPath(Judged):
    """Such a model; ``nested`` is its loss."""

    nested: Any

    def report(self) -> Report:
        """What the loss refuses it says itself; else rows and findings."""
        targets = self.live.parts.get("targets")
        given = None if targets is None or self._plain else thing_of(targets)
        if (refused := self._refusal(given)) is None:
            return super().report()
        said = f"PathError at {self.question.call}: {refused}"
        finding = kinds.REJECTED.at(self.question.at, f"the NestedLoss raises {said}")
        return replace(
            self.empty,
            rows=tuple(bare_rows(self.live)),
            findings=(finding,),
            outcome=f"keraslint.losses raises {said}",
        )

    def _refusal(self, targets: Any) -> str | None:
        try:
            self.nested.placed(self._outputs, targets)
        except ValueError as error:
            return str(error)
        return None

    @cached_property
    def _outputs(self) -> Any:
        return thing_of(self.live.outputs)

    @cached_property
    def _placed(self) -> list[tuple[Any, Path]]:
        return list(self.nested.placed(self._outputs))

    @property
    def _plain(self) -> bool:
        """Whether Keras pairs the targets before the loss sees them."""
        return not isinstance(self.question.model, sys.modules[PACKAGE].NestedLossMixin)

    def verdict(self, live: Live) -> Verdict:
        """Of a model of ours Keras pairs the metrics, as it would beside one loss for all outputs."""
        if self._plain:
            return super().verdict(live)
        if not {"metrics", "weighted_metrics"} & set(live.parts):
            return Paired(())
        targets = live.parts.get("targets")
        outputs = [path for path, _ in leaves(live.outputs)]
        if targets is not None and sorted(map(str, outputs)) != sorted(
            str(path) for path, _ in leaves(targets)
        ):
            return Undecided("metrics beside targets for some of the outputs")
        return super().verdict(replace(live, parts={**live.parts, "loss": Leaf(self.nested)}))

    def findings_of_pairs(self, site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
        """Of a model of ours Keras pairs the metrics alone."""
        found = super().findings_of_pairs(site, verdict)
        yield from (one for one in found if self._plain or one.code in OF_METRICS)
        reached = [path for _, path in self._placed]
        if isinstance(verdict, Paired):
            reached += [metric.head for metric in verdict.metrics]
        lost = [head for head, _ in leaves(self.live.outputs) if not _reaches(reached, head)]
        if lost:
            names = [shown(head) for head in lost]
            yield kinds.NO_LOSS.at(self.question.at, f"no loss and no metric reaches {names}")

    def meetings(self, paired: Paired) -> Iterator[tuple[Path, Meeting]]:
        """Every loss at a head; what a loss that takes a subtree wants is not known."""
        for term, path in self._placed:
            if isinstance(self.node(path), Leaf):
                yield path, self.meeting(path, self._target_path(path, paired), unwrapped(term.loss))

    def _target_path(self, head: Path, paired: Paired) -> Path | None:
        if "targets" not in self.live.parts:
            return None
        if not self._plain:
            return head
        return next((term.target for term in pairs.terms_of(paired, head)), None)

    def logs(self, paired: Paired) -> tuple[str, ...]:
        """Terms are logged by models of ours, and by others once ``log_terms`` was called."""
        logged = not self._plain or self.nested.logs is not None
        terms = self.nested.log_keys if logged else ()
        return ("loss", *terms, *(metric.log for metric in paired.metrics))

    def rows(self, site: TrainingSite, verdict: Verdict) -> Iterator[Row]:
        """The rows with the terms that reach each head."""
        paired = verdict if isinstance(verdict, Paired) else Paired(())
        for (head, _), row in zip(leaves(self.live.outputs), super().rows(site, verdict), strict=True):
            reaching = [(term, path) for term, path in self._placed if _reaches([path], head)]
            yield replace(
                self._with_target(row, head) if reaching and not self._plain else row,
                loss=", ".join(_loss_text(term, joint=path != head) for term, path in reaching),
                weight=", ".join(text for term, _ in reaching if (text := self._weight_text(term))),
                paired_by=self._by(head, paired) if reaching else "not trained",
            )

    def _weight_text(self, term: Any) -> str:
        """The constant of a term, and what moves its weight."""
        moving = self.nested.weighting
        texts = [
            "" if term.weight is None else f"{term.weight:g}",
            "" if moving is None else type(moving).__name__,
        ]
        return " x ".join(filter(None, texts))

    def _with_target(self, row: Row, head: Path) -> Row:
        target = self.target(head)
        if target is None:
            return row
        return replace(
            row,
            target=shown(head) if head else "y",
            target_shape=target.shape,
            target_dtype=target.dtype,
            range=target.range,
        )

    def _by(self, head: Path, paired: Paired) -> str:
        by = next((term.target_by for term in pairs.terms_of(paired, head)), None)
        return "path" if by is None or not self._plain else f"loss by path; target by {by.value}"

    def proof(self, site: TrainingSite, verdict: Verdict) -> Proof | None:
        """Each term computed by itself, held against the logs."""
        del site, verdict
        batch, model = self.question.batch, self.question.model
        if not self.question.prove or batch is None:
            return None
        with outputs_of_model.unchanged(model), internals.fresh_compile(model):
            predicted = proving.predicted(model, batch)
            values = self.nested.values(batch.y, predicted, batch.sample_weight)
            total = as_float(self.nested.total(values)) + sum(map(as_float, model.losses))
            logged = proving.logged(model, batch)
        known = {"loss": total, **dict(zip(self.nested.log_keys, map(as_float, values), strict=True))}
        proved = tuple(Proved(log, known[log], known[log], logged[log]) for log in known if log in logged)
        agree = proving.agree(proved, "said")
        return Proof(proved, as_written=agree, as_said=agree)

    def validated(self, verdict: Verdict) -> Iterator[Finding]:
        """A model of ours refuses validation data as it does training data."""
        batch = self.question.validation
        if self._plain or batch is None or "targets" not in self.live.parts:
            yield from super().validated(verdict)
        elif refused := self._refusal(thing_of(tree_of(batch.y))):
            yield kinds.VALIDATION.at(self.question.at, f"validation: {refused}")


def _reaches(paths: list[Path], head: Path) -> bool:
    return any(head[: len(path)] == path for path in paths)


def _loss_text(term: Any, *, joint: bool) -> str:
    text = text_of(unwrapped(term.loss))
    return f"{term.path or 'all'}: {text}" if joint else text
