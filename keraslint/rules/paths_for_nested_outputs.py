"""Losses or metrics of nested outputs in a flat dict, by dot path or last key: Keras reads neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.pairing.versions import Version
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import by_path, declaration_of, heads, is_flat, is_mapping, raises, shown
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import SitePart, Written
    from keraslint.sites.reading import Pair
    from keraslint.tree import Key, Path, Tree

rule = Rule(__name__, code="KER114", since="0.1.0", severity=Severity.ERROR)

_LOSS = frozenset({Fault.LOSS_KEYS, Fault.LOSS_COUNT, Fault.LOSS_STRUCTURE})
_NESTED_LOSSES, _NESTED_METRICS = Version(3, 7, 0), Version(3, 14, 0)
_METRICS = frozenset({Fault.METRICS_KEYS, Fault.METRICS_COUNT, Fault.METRICS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find keys that name a head within a container, and say what becomes of their entries."""
    match site:
        case TrainingSite(
            outputs=Given(tree=outputs) as declared, compiled=CompileCall(by_path=False) as compiled
        ) if not is_flat(outputs):
            for name, part, faults, pairs in _parts(compiled, verdict):
                if not isinstance(part, Given) or not is_mapping(part.tree):
                    continue
                paths = by_path(outputs, part.tree)
                consequence = _consequence(outputs, name, paths, verdict, faults, pairs)
                if paths and consequence:
                    names = [shown(outputs, head) for head in heads(outputs)]
                    yield rule.finding(
                        part.location,
                        f"{consequence}: {name} for {list(part.tree.keys)}, nested outputs {names}",
                        related=(declaration_of(declared),),
                        fixes=_fixes(site, part, name, outputs, paths),
                    )


def _fixes(
    site: TrainingSite, part: Given, name: str, outputs: Tree[Written], paths: dict[Key, Path]
) -> tuple[Fix, ...]:
    """The entries in dicts nested as the outputs are, where the version takes them so and none is missing."""
    since = _NESTED_LOSSES if name == "losses" else _NESTED_METRICS
    if site.version is None or site.version < since or not isinstance(part.tree, Branch):
        return ()
    own = {path: key for key, path in paths.items()} | {(key,): key for key in part.tree.keys}
    keys = {head: own[head] for head in heads(outputs) if head in own}
    whole = len(keys) == len(heads(outputs)) == len(part.tree.items)
    places = {head: part.tree.keys.index(key) for head, key in keys.items()}
    edits = parts.nested(site, part, outputs, places) if whole else None
    return parts.fix(f"Nest the {name} as the outputs are", Safety.UNSAFE, edits)


def _parts(
    compiled: CompileCall, verdict: Verdict
) -> Iterator[tuple[str, SitePart, frozenset[Fault], list[Pair]]]:
    """What may be given by path, what Keras may refuse of it, and where its entries go."""
    terms, metrics = (verdict.terms, verdict.metrics) if isinstance(verdict, Paired) else ((), ())
    yield "losses", compiled.loss, _LOSS, [(term.head, term.loss) for term in terms]
    for name, weighted in (("metrics", False), ("weighted_metrics", True)):
        part = compiled.weighted_metrics if weighted else compiled.metrics
        pairs: list[Pair] = [(one.head, one.metric) for one in metrics if one.weighted == weighted]
        yield name, part, _METRICS, pairs


def _consequence(  # noqa: PLR0913, PLR0917 (a verdict is read beside all that was written)
    outputs: Tree[Written],
    name: str,
    paths: dict[Key, Path],
    verdict: Verdict,
    faults: frozenset[Fault],
    pairs: list[Pair],
) -> str | None:
    if isinstance(verdict, Rejected):
        return raises(verdict) if verdict.fault in faults else None
    if not isinstance(verdict, Paired):
        return None
    given = {path[0]: head for head, path in pairs if path}
    for key, head in paths.items():
        if key in given and given[key] != head:
            return f"Keras gives the {name} {key!r} to {shown(outputs, given[key])!r}"
    lost = [key for key in paths if key not in given]
    return f"Keras computes nothing with the {name} {lost}" if lost else None
