"""A parsed document enters; what the rules say of its sites leaves, in the coordinates of its plain source.

A crash is contained: the rule or room that crashed is named, and the others go on.
"""

from __future__ import annotations

import re
import traceback
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from keraslint import pairing, sites
from keraslint.engine.identity import of_site
from keraslint.engine.targets import of_document
from keraslint.findings import Crashed, Related, Safety, Severity, Undecided
from keraslint.sites.changes import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keraslint.documents import Failure
    from keraslint.engine.worlds import World
    from keraslint.findings import Finding, Fix, Location
    from keraslint.pairing import Verdict
    from keraslint.pairing.versions import Version
    from keraslint.rules import Registered
    from keraslint.sites.model import TrainingSite
    from keraslint.syntax.scout import Parsed


@dataclass
class Judged:
    """What was said of one document, as it grows."""

    findings: list[Finding] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)
    crashes: dict[str, Crashed] = field(default_factory=dict)
    inferred: sites.Inferred | None = None

    def crash(self, document: str, room: str) -> None:
        """Keep the traceback of the exception that is being handled; one for each room is enough."""
        self.crashes.setdefault(room, Crashed(document, room, traceback.format_exc()))


@dataclass(frozen=True)
class _Claim:
    """A finding of one alternative of a site, judged for one version."""

    finding: Finding
    site: TrainingSite
    version: Version


_Calls: TypeAlias = "tuple[Location | None, Location | None]"
_Alternatives: TypeAlias = "defaultdict[_Calls, set[tuple[str, ...]]]"
"""The conditions under which the sites of a compile and a data call are reached."""
_Trained: TypeAlias = "defaultdict[_Calls, set[Version]]"
"""The versions that train by a compile and a data call."""


def judge_failures(failures: Sequence[Failure], rules: Sequence[Registered], judged: Judged) -> None:
    """Let the rules speak that are about what could not be read."""
    for failure in failures:
        for found in rules:
            if found.rule.subject == "failure":
                judged.findings += found.check(failure)


def judge(  # noqa: PLR0913, PLR0917 (a run has as many sides)
    parsed: Parsed,
    world: World,
    rules: Sequence[Registered],
    versions: Sequence[Version],
    judged: Judged,
    since: Version | None = None,
) -> None:
    """Infer the sites of a document, pair each for each version, and ask every rule.

    With ``since``, the first of two versions, what holds for it as well is left out.
    """
    path = parsed.document.path
    try:
        inferred = world.inferred(parsed)
    except Exception:  # noqa: BLE001 (a defect of ours must be said and must not end the run)
        judged.crash(path, "inference")
        return
    judged.inferred = inferred
    judged.undecided += inferred.undecided
    versions = of_document(parsed.document.source, tuple(versions))
    about_sites = [found for found in rules if found.rule.subject == "site"]
    trained: _Trained = defaultdict(set)
    claims: list[_Claim] = []
    for site in inferred.sites:
        for version in versions:
            verdict = _verdict(path, site, version, world, judged)
            if isinstance(verdict, pairing.Paired):
                trained[_calls(site)].add(version)
            if verdict:
                claims += _claims(path, replace(site, version=version), version, verdict, about_sites, judged)
    found = _merged(claims, inferred.sites, versions, trained)
    if since is not None:
        found = [one for one in found if one.versions and str(since) not in one.versions]
        told = {matter(one) for one in found}
        known = {claim.site for claim in claims if matter(claim.finding) in told}
        changed = _changes(
            path,
            [one for one in inferred.sites if replace(one, version=versions[-1]) not in known],
            rules,
            versions,
            world,
            judged,
        )
        found += _merged(changed, inferred.sites, versions[-1:], trained)
    judged.findings += found


def _changes(  # noqa: PLR0913, PLR0917 (as above)
    path: str,
    left: Sequence[TrainingSite],
    rules: Sequence[Registered],
    versions: Sequence[Version],
    world: World,
    judged: Judged,
) -> Iterator[_Claim]:
    """What the rules about changes say of sites of which no other rule says what has changed."""
    old, new = versions[0], versions[-1]
    if old == new:  # a document for Keras 2 whatever was asked for
        return
    for site in left:
        before, after = (_verdict(path, site, version, world, judged) for version in (old, new))
        if before is None or after is None:
            continue
        for found in rules:
            if found.rule.subject == "change":
                try:
                    for finding in found.check(Change(site, old, before, new, after)):
                        yield _Claim(finding, site, new)
                except Exception:  # noqa: BLE001 (as above)
                    judged.crash(path, found.rule.name)


def _verdict(path: str, site: TrainingSite, version: Version, world: World, judged: Judged) -> Verdict | None:
    try:
        verdict = world.verdict(site, version)
    except Exception:  # noqa: BLE001 (as above)
        judged.crash(path, "pairing")
        return None
    if isinstance(verdict, pairing.Undecided) and (site.data or site.compiled or not site.old_calls):
        undecided = Undecided(place(site), verdict.reason)
        judged.undecided += [undecided] if undecided not in judged.undecided else []
    return verdict


def _claims(  # noqa: PLR0913, PLR0917 (all of them name the one call that may crash)
    path: str,
    site: TrainingSite,
    version: Version,
    verdict: Verdict,
    rules: Sequence[Registered],
    judged: Judged,
) -> list[_Claim]:
    claims: list[_Claim] = []
    for found in rules:
        if found.rule.keras not in {None, version.major}:
            continue
        try:
            claims += [_Claim(finding, site, version) for finding in found.check(site, verdict)]
        except Exception:  # noqa: BLE001 (as above)
            judged.crash(path, found.rule.name)
    return claims


def place(site: TrainingSite) -> Location:
    """Where a site is: its data call, else its compile call, else its model."""
    call = site.data or site.compiled
    return call.location if call else site.model


_RAISED = re.compile(
    r"(?<=\braises )(an error|\w+(?: or \w+)*)( at (?:compile|fit|evaluate|train_on_batch|test_on_batch)\b)"
)


_WORDS_OF_KERAS = re.compile(r"; it says: .*$")


def matter(finding: Finding) -> tuple[str, Location, str]:
    """What a finding is about: rule, place, and the message without what Keras raises, where, and in which
    words.
    """
    return finding.code, finding.location, _WORDS_OF_KERAS.sub("", _RAISED.sub("", finding.message))


def _with_all_errors(message: str, others: Iterable[str]) -> str:
    """The message with every error that the others name: versions of Keras raise one or another."""
    found = [match[1] for one in (message, *others) if (match := _RAISED.search(one))]
    errors = list(dict.fromkeys(one for one in found if one != "an error"))
    return _RAISED.sub(rf"{' or '.join(errors)}\2", message) if errors else message


def _merged(
    claims: Iterable[_Claim],
    all_sites: Sequence[TrainingSite],
    versions: Sequence[Version],
    trained: _Trained,
) -> list[Finding]:
    """One finding for each rule, place and message, with the conditions and versions in which it holds.

    What is wrong with a compile call is said once, at the first call at which Keras raises, whatever it is.
    """
    same: dict[tuple[str, Location, str], list[_Claim]] = defaultdict(list)
    for claim in claims:
        same[matter(claim.finding)].append(claim)
    alternatives: _Alternatives = defaultdict(set)
    for site in all_sites:
        alternatives[_calls(site)].add(site.given)
    found = (_one(group, alternatives, versions, trained) for group in same.values())
    return [finding for finding in found if finding is not None]


def _one(
    group: Sequence[_Claim],
    alternatives: _Alternatives,
    versions: Sequence[Version],
    trained: _Trained,
) -> Finding | None:
    """The finding of a group; none where it holds only in alternatives that may never run."""
    holding = {claim.version for claim in group}
    given = _given([claim.site for claim in group], alternatives)
    if given and all(claim.site.doubtful for claim in group):
        return None
    finding = group[0].finding
    if all(claim.site.expected for claim in group):
        at = Related(place(group[0].site), "the program expects an error here")
        finding = replace(finding, severity=Severity.INFO, related=(*finding.related, at))
    fixes = _common_fixes([claim.finding for claim in group])
    others = set(versions) - holding
    if any(others & trained[_calls(claim.site)] for claim in group):
        fixes = _without_keeping(fixes)
    return replace(
        finding,
        message=_with_all_errors(finding.message, (claim.finding.message for claim in group)),
        identity=of_site(group[0].site),
        fixes=fixes,
        given=finding.given or given,
        versions=() if len(holding) == len(versions) else tuple(str(at) for at in sorted(holding)),
    )


def _common_fixes(findings: Sequence[Finding]) -> tuple[Fix, ...]:
    """The fixes that every alternative and version offers: what is safe in one may not be in another."""
    return tuple(fix for fix in findings[0].fixes if all(fix in one.fixes for one in findings))


def _without_keeping(fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """The fixes where another version trains something else: of two honest ones the safe one is none then."""
    unsafe = tuple(fix for fix in fixes if fix.safety is Safety.UNSAFE)
    return unsafe or fixes


def _given(holding: Sequence[TrainingSite], alternatives: _Alternatives) -> tuple[str, ...]:
    """The simplest conditions under which a finding holds; none where it holds in every alternative."""
    held = {site.given for site in holding}
    calls = {_calls(site) for site in holding}
    others = {given for one in calls for given in alternatives[one]} - held
    if not others or () in held:
        return ()
    shortened = (_enough(given, others) for given in held)
    return min(shortened, key=lambda given: (len(given), given))


def _enough(given: tuple[str, ...], others: set[tuple[str, ...]]) -> tuple[str, ...]:
    """The conditions that tell an alternative from those in which the finding does not hold."""
    for condition in given:
        fewer = tuple(one for one in given if one != condition)
        if not any(set(fewer) <= set(other) for other in others):
            given = fewer
    return given


def _calls(site: TrainingSite) -> _Calls:
    return (site.compiled.location if site.compiled else None, site.data.location if site.data else None)
