"""Several losses for one output, of which Keras computes only the first or logs only the last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Written
from keraslint.sites.reading import heads, is_sequence, meant, raises, shown
from keraslint.tree import Branch, at, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.tree import Path, Tree

rule = Rule(__name__, code="KER301", since="0.1.0", severity=Severity.ERROR)

_FAULTS = frozenset({Fault.LOSS_COUNT, Fault.LOSS_STRUCTURE, Fault.LOSS_KEYS})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the losses that were written for each head with those that are computed for it."""
    match site:
        case TrainingSite(
            outputs=Given(tree=outputs), compiled=CompileCall(loss=Given(tree=Branch() as losses) as loss)
        ):
            for head, entry in _lists(outputs, losses):
                written = {path: leaf for path, leaf in leaves(losses) if path[: len(entry)] == entry}
                if len(written) > 1:
                    for finding in _check(shown(outputs, head), head, written, verdict):
                        yield replace(finding, fixes=_fixes(site, loss, entry, finding))


def _lists(outputs: Tree[Written], losses: Branch[Written]) -> Iterator[tuple[Path, Path]]:
    """Each head for which a list or tuple was written where one loss belongs, and the path of that list."""
    declared = heads(outputs)
    if len(declared) == 1 and is_sequence(losses) and len(losses.items) > 1:
        yield declared[0], ()
        return
    for key, head in meant(outputs, losses).items():
        entry = at(losses, (key,))
        if entry is not None and is_sequence(entry):
            yield head, (key,)


def _fixes(site: TrainingSite, loss: Given, entry: Path, finding: Finding) -> tuple[Fix, ...]:
    """One loss that joins them all; or the first alone, where Keras computes no other."""
    first = None
    if not entry and finding.message.startswith("Keras trains"):
        first = parts.kept_only(site, loss, entry, 0)
    return (
        *parts.fix("Keep what is trained: write the first of these losses alone", Safety.SAFE, first),
        *parts.fix(
            "Train with all of these losses, added by MultiLoss",
            Safety.UNSAFE,
            parts.joined(site, loss, entry),
        ),
    )


def _check(name: str, head: Path, written: dict[Path, Written], verdict: Verdict) -> Iterator[Finding]:
    first = next(iter(written.values())).location
    several = {path: leaf for path, leaf in written.items() if not leaf.is_none}
    match verdict:
        case Rejected(fault=fault) if fault in _FAULTS:
            yield rule.finding(first, f"{raises(verdict)}: {len(written)} losses for {name!r}")
        case Paired(terms=terms) if len(several) > 1 and any(term.head == head for term in terms):
            computed = {term.loss for term in terms if term.head == head}
            kept = [leaf.text for path, leaf in several.items() if path in computed]
            lost = [leaf.text for path, leaf in several.items() if path not in computed]
            if lost:
                yield rule.finding(
                    first, f"Keras trains {name!r} with {_listed(kept)} only, not with {_listed(lost)}"
                )
            else:
                yield rule.finding(
                    first,
                    f"Keras adds {_listed(kept)} for {name!r} and logs the last under the name of all",
                    severity=Severity.WARNING,
                )


def _listed(texts: list[str]) -> str:
    return " and ".join(texts)
