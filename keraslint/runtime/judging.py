"""A model that Keras pairs by its own rules, and a batch, enter; a ``Report`` leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from keraslint.engine import tabulating
from keraslint.pairing import Paired, Rejected, Undecided, Verdict, Version, pair
from keraslint.runtime import activations, fits, inputs, internals, logs, pairs, proving, swaps
from keraslint.runtime.reading import PARTS, Live, request_of, site_of
from keraslint.runtime.report import Row
from keraslint.runtime.tensors import Looks, looks
from keraslint.runtime.trees import shown, tree_of
from keraslint.runtime.validation import differs
from keraslint.sites.model import Given
from keraslint.tree import Leaf, at, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Finding, Location
    from keraslint.pairing import Backend, Call, Term
    from keraslint.runtime.batches import Batch
    from keraslint.runtime.report import Proof, Report
    from keraslint.sites.model import TrainingSite
    from keraslint.tree import Path, Tree


@dataclass(frozen=True)
class Question:
    """What is asked about one model: the batch it is to be fed with, or None at ``compile``.

    ``in_step`` says that the batch is what a step hands to ``compute_loss``, with what was ``predicted``.
    """

    model: Any
    compiled_at: Location
    at: Location
    batch: Batch | None = None
    call: Call = "compile"
    class_weight: bool = False
    callbacks: Sequence[Any] = ()
    validation: Batch | None = None
    prove: bool = False
    in_step: bool = False
    predicted: Any = None


def bare_rows(live: Live) -> Iterator[Row]:
    """The outputs alone."""
    for path, tensor in leaves(live.outputs):
        looked = looks(tensor)
        operation = internals.operation_of(tensor)
        layer = "" if operation is None else str(operation.name)
        yield Row(shown(path), layer, looked.shape, looked.dtype, activations.of_tensor(tensor))


@dataclass(frozen=True)
class Judged:
    """A model that Keras pairs by its own rules."""

    question: Question
    live: Live
    empty: Report

    def report(self) -> Report:
        """Verdict, findings, rows, and the proof where it is asked for."""
        verdict = self.verdict(self.live)
        site = self._site(self.live)
        proof, unproved = self._proof_or_reason(site, verdict)
        rows = tuple(self.rows(site, verdict))
        return replace(
            self.empty,
            rows=rows,
            findings=tuple(dict.fromkeys(self._findings(site, verdict, proof, rows))),
            undecided=(*((verdict.reason,) if isinstance(verdict, Undecided) else ()), *unproved),
            outcome=f"Keras raises {verdict.error} at {verdict.call}: {verdict.message}"
            if isinstance(verdict, Rejected)
            else "",
            proof=proof,
            evaluate=verdict.evaluate if isinstance(verdict, Paired) else (),
            metrics_names=verdict.metrics_names if isinstance(verdict, Paired) else (),
        )

    @property
    def _version(self) -> Version:
        return internals.version_of(internals.keras_of(self.question.model))

    def verdict(self, live: Live) -> Verdict:
        """What Keras does."""
        backend: Backend = self.empty.backend  # type: ignore[assignment]  # one of the three
        return pair(request_of(live), self._version, backend)

    def _site(self, live: Live) -> TrainingSite:
        return site_of(live, self.question.compiled_at, self.question.at)

    def _proof_or_reason(self, site: TrainingSite, verdict: Verdict) -> tuple[Proof | None, tuple[str, ...]]:
        try:
            return self.proof(site, verdict), ()
        except Exception as error:  # noqa: BLE001 - a test of the model raises what it likes
            return None, (f"no proof: {type(error).__name__}: {error}",)

    def proof(self, site: TrainingSite, verdict: Verdict) -> Proof | None:
        """For ``test_on_batch``, which gets the batch as it is, without the adapters of ``fit``."""
        batch = self.question.batch
        if not self.question.prove or batch is None or not isinstance(verdict, Paired):
            return None
        tested = self.verdict(replace(self.live, call="test_on_batch", feed="arrays", class_weight=False))
        if not isinstance(tested, Paired):
            return None
        return proving.prove(self.question.model, batch, self.live, site, tested)

    def _findings(
        self, site: TrainingSite, verdict: Verdict, proof: Proof | None, rows: tuple[Row, ...]
    ) -> Iterator[Finding]:
        question = self.question
        yield from self.findings_of_pairs(site, verdict)
        yield from pairs.shared_metrics(self.live, question.compiled_at)
        if question.batch is not None:
            yield from inputs.findings(question.model, question.batch.x, question.at)
        if isinstance(verdict, Paired):
            yield from self._fitting(
                verdict, {row.path for row in rows if {"loss", "target"} & {*row.astray}}
            )
            yield from self._watched(verdict)
        yield from self.validated(verdict)
        if proof is not None:
            yield from proving.findings(proof, question.at)

    def findings_of_pairs(self, site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
        """What is wrong with how the parts meet."""
        yield from pairs.findings(self.live, site, verdict, self._version.major)

    def _fitting(self, paired: Paired, astray: set[str]) -> Iterator[Finding]:
        """A head that got another's loss or target has been told of; that these do not fit is no news."""
        meetings = list(self.meetings(paired))
        for head, meeting in meetings:
            if shown(head) not in astray:
                yield from fits.findings(meeting, self.question.at)
        once = len({head for head, _ in meetings}) == len(meetings)
        if once and len(meetings) == len(list(leaves(self.live.outputs))):
            yield from swaps.findings([meeting for _, meeting in meetings], self.question.at)

    def meetings(self, paired: Paired) -> Iterator[tuple[Path, fits.Meeting]]:
        """Every loss of one head with what it is given."""
        for term in paired.terms:
            if isinstance(self.node(term.head), Leaf):
                loss = _leaf(at(self.live.parts["loss"], term.loss))
                yield term.head, self.meeting(term.head, term.target, loss)

    def node(self, path: Path) -> Tree[Any] | None:
        """What stands at a path of the outputs."""
        outputs = self.live.outputs
        # Keras takes the only tensor out of its list.
        alone = path == () and not isinstance(outputs, Leaf) and len(outputs.items) == 1
        return outputs.children[0] if alone and not isinstance(outputs, Leaf) else at(outputs, path)

    def meeting(self, head: Path, target: Path | None, loss: Any) -> fits.Meeting:
        """One head with a target and a loss."""
        tensor = _leaf(self.node(head))
        name = self._head_name(head, tensor)
        return fits.Meeting(name, looks(tensor), activations.of_tensor(tensor), self.target(target), loss)

    def _head_name(self, head: Path, tensor: Any) -> str:
        operation = internals.operation_of(tensor)
        by_position = not head or isinstance(head[-1], int)
        return str(operation.name) if by_position and operation is not None else shown(head)

    def target(self, path: Path | None) -> Looks | None:
        """How the target at a path looks."""
        targets = self.live.parts.get("targets")
        node = None if targets is None or path is None else at(targets, path)
        return looks(node.value) if isinstance(node, Leaf) else None

    def _watched(self, paired: Paired) -> Iterator[Finding]:
        if not self.question.callbacks:
            return
        own = [metric.name for metric in getattr(self.question.model, "metrics", ())]
        validated = self.question.validation is not None
        yield from logs.findings(
            self.question.callbacks, [*self.logs(paired), *own], self.question.at, validated=validated
        )

    def logs(self, paired: Paired) -> tuple[str, ...]:
        """The logs that an epoch ends with."""
        return paired.logs

    def validated(self, verdict: Verdict) -> Iterator[Finding]:
        """What is wrong with validation data alone."""
        batch = self.question.validation
        if batch is None or "targets" not in self.live.parts:
            return
        parts = {name: part for name, part in self.live.parts.items() if name in PARTS}
        given = {"targets": batch.y, "sample_weight": batch.sample_weight}
        parts |= {name: tree_of(part) for name, part in given.items() if part is not None}
        live = replace(self.live, parts=parts, call="evaluate", feed=batch.feed, class_weight=False)
        other = self.verdict(live)
        found = list(pairs.findings(live, self._site(live), other, self._version.major))
        yield from (replace(one, message=f"validation: {one.message}") for one in found if _of_data(one))
        yield from differs(self.live, live, verdict, other, self.question.at)

    def rows(self, site: TrainingSite, verdict: Verdict) -> Iterator[Row]:
        """A row for each head."""
        paired = verdict if isinstance(verdict, Paired) else Paired(())
        tabulated = tabulating.rows(site, paired) if isinstance(site.outputs, Given) else ()
        bare = list(bare_rows(self.live))
        for (head, _), row, entries in zip(leaves(self.live.outputs), bare, tabulated, strict=True):
            term = next(iter(self._terms(paired, head)), None)
            target = self.target(term.target if term else None)
            columns = ("target", "loss", "weight", "metrics", "sample_weight")
            yield replace(
                row,
                target="" if term is None or term.target is None else shown_target(term.target),
                target_shape=target.shape if target else None,
                target_dtype=target.dtype if target else "",
                range=target.range if target else None,
                loss=entries.loss.text,
                weight=entries.weight.text,
                metrics=entries.metrics.text,
                sample_weight=shown_weight(term),
                paired_by=grouped(entries.paired_by) if isinstance(verdict, Paired) else "",
                astray=tuple(name for name in columns if getattr(entries, name).astray),
            )

    def _terms(self, paired: Paired, head: Path) -> list[Term]:
        whole = [term for term in paired.terms if term.head == ()]
        return pairs.terms_of(paired, head) or whole


def grouped(paired_by: str) -> str:
    """``loss by name, target by name, weight by position`` as ``loss, target by name; weight by ...``."""
    parts = [part.rpartition(" by ") for part in paired_by.split(", ")]
    ways: dict[str, list[str]] = {}
    for part, _, way in parts:
        ways.setdefault(way, []).append(part)
    return "; ".join(f"{', '.join(found)} by {way}" if found[0] else way for way, found in ways.items())


def shown_target(path: Path) -> str:
    """The path of a target; the only one is ``y``."""
    return shown(path) if path else "y"


def shown_weight(term: Term | None) -> str:
    """The path of a sample weight."""
    if term is None or term.sample_weight is None:
        return ""
    return shown(term.sample_weight) if term.sample_weight else "sample_weight"


def _of_data(finding: Finding) -> bool:
    """Whether it speaks of targets or sample weights; the compile call has been judged once."""
    return finding.code in {"KER108", "KER110", "KER112", "KER201", "KER150", "KER151", "KER152", "KER250"}


def _leaf(node: Tree[Any] | None) -> Any:
    return node.value if isinstance(node, Leaf) else None
