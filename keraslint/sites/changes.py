"""What two versions of Keras do at a site enters; what is different leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing import Paired
from keraslint.pairing.logs import averages

if TYPE_CHECKING:
    from keraslint.pairing import Metric, Term, Verdict
    from keraslint.pairing.versions import Version
    from keraslint.sites.model import TrainingSite
    from keraslint.tree import Path

Partners = tuple["Path | None", ...]
SIDES = ("targets", "losses", "loss weights", "sample weights")


@dataclass(frozen=True)
class Change:
    """A site, and what a version and a later one do there."""

    site: TrainingSite
    since: Version
    before: Verdict
    version: Version
    after: Verdict

    def trained_otherwise(self) -> dict[str, tuple[Path, ...]]:
        """For targets, losses and weights the heads that meet another one, or none any more."""
        old, new = _terms(self.before), _terms(self.after)
        every = dict.fromkeys((*old, *new))
        found = {
            name: tuple(head for head in every if _side(old, head, n) != _side(new, head, n))
            for n, name in enumerate(SIDES)
        }
        return {name: heads for name, heads in found.items() if heads}

    def measured_otherwise(self) -> tuple[Path, ...]:
        """The metrics, by their paths, that are computed of something else, or not any more."""
        return _different(_metrics(self.before), _metrics(self.after))

    def logs(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The logs that go, and those that come."""
        if not isinstance(self.before, Paired) or not isinstance(self.after, Paired):
            return (), ()
        old, new = self.before.logs, self.after.logs
        return tuple(log for log in old if log not in new), tuple(log for log in new if log not in old)

    def averaged_otherwise(self) -> bool:
        """Whether one of the two alone returns means over many batches from this call."""
        call = self.site.data.call if self.site.data else "compile"
        return averages(call, self.since) != averages(call, self.version)

    def weighted_otherwise(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The logs of losses that no longer hold the weight of the loss, and those that hold it now."""
        old, new = (
            {term.log: term.log_weighted for term in verdict.terms if term.log and term.weight is not None}
            if isinstance(verdict, Paired)
            else {}
            for verdict in (self.before, self.after)
        )
        both = [log for log in old if log in new and old[log] != new[log]]
        return tuple(log for log in both if old[log]), tuple(log for log in both if new[log])


def _side(terms: dict[Path, set[Partners]], head: Path, side: int) -> set[Path | None]:
    return {partners[side] for partners in terms.get(head, ())}


def _terms(verdict: Verdict) -> dict[Path, set[Partners]]:
    found: dict[Path, set[Partners]] = {}
    for term in verdict.terms if isinstance(verdict, Paired) else ():
        found.setdefault(term.head, set()).add(_partners(term))
    return found


def _partners(term: Term) -> Partners:
    return term.target, term.loss, term.weight, term.sample_weight


def _metrics(verdict: Verdict) -> dict[Path, set[Partners]]:
    found: dict[Path, set[Partners]] = {}
    for metric in verdict.metrics if isinstance(verdict, Paired) else ():
        found.setdefault(metric.metric, set()).add(_measured(metric))
    return found


def _measured(metric: Metric) -> Partners:
    return metric.head, metric.target, metric.sample_weight if metric.weighted else None


def _different(old: dict[Path, set[Partners]], new: dict[Path, set[Partners]]) -> tuple[Path, ...]:
    return tuple(path for path in dict.fromkeys((*old, *new)) if old.get(path) != new.get(path))
