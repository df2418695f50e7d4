"""One metric object for several outputs, which adds them up and reports the same mixture for each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import shown
from keraslint.tree import Leaf, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Location
    from keraslint.sites.model import SitePart, Written
    from keraslint.tree import Path

rule = Rule(__name__, code="KER302", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Group the metrics that are computed by the call that made the object."""
    match site, verdict:
        case TrainingSite(outputs=Given(tree=outputs), compiled=CompileCall() as compiled), Paired(
            metrics=computed
        ):
            used: dict[Location, list[tuple[Path, Written]]] = defaultdict(list)
            for one in computed:
                written = _written(
                    compiled.weighted_metrics if one.weighted else compiled.metrics, one.metric
                )
                if written is not None and written.made is not None:
                    used[written.made].append((one.head, written))
            for made, found in used.items():
                places = sorted(found, key=lambda place: (place[1].location.document, place[1].location.span))
                where = [written.location for _, written in places]
                several = len({head for head, _ in places}) > 1
                if several and parts.one_object(site, made, compiled.location, where):
                    names = list(dict.fromkeys(shown(outputs, head) for head, _ in places))
                    yield _finding(site, made, names, places[-1][1], where)


def _finding(
    site: TrainingSite, made: Location, names: list[str], last: Written, where: list[Location]
) -> Finding:
    title = "Make a metric of its own for each output"
    return rule.finding(
        last.location,
        f"Keras computes one {last.name or 'metric'} from {names} together, and logs it for each",
        related=(Related(made, "the metric is made here"),),
        fixes=parts.fix(title, Safety.UNSAFE, parts.made_again(site, made, where)),
    )


def _written(part: SitePart, path: Path) -> Written | None:
    leaf = at(part.tree, path) if isinstance(part, Given) else None
    return leaf.value if isinstance(leaf, Leaf) else None
