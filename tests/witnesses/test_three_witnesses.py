"""What Keras built, what ``pair`` says of the site that inference finds, and what the rules find: all one."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("tensorflow")

import keras

from keraslint import sites
from keraslint.documents import Document, decode, read_bytes
from keraslint.findings import Finding
from keraslint.inference import Project
from keraslint.pairing import Metric, Paired, Rejected, Term, Verdict, parse
from keraslint.rules import registered
from keraslint.sites.model import TrainingSite
from keraslint.syntax.scout import Parsed, parse_document
from tests.programs import Expected, Program, programs
from tests.witnesses.spy import BuiltMetric, BuiltTerm, Training
from tests.witnesses.test_fixtures_train import PAIRED_BY_KERAS, RUNNABLE, ran

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keraslint.tree import Path


@cache
def judged(program: Program) -> list[tuple[TrainingSite, Verdict]]:
    """The sites of a program's source, and what the Keras that is installed does there."""
    data = read_bytes(str(program.path))
    assert isinstance(data, bytes)
    document = decode(str(program.path), data)
    assert isinstance(document, Document)
    parsed = parse_document(document)
    assert isinstance(parsed, Parsed)
    inferred = sites.find(parsed, Project())
    version = parse(keras.__version__)
    at_version = [replace(site, version=version) for site in inferred.sites]
    return [(site, sites.verdict(site, version)) for site in at_version]


def verdicts_of(program: Program, training: Training) -> list[Verdict]:
    """The verdicts on the site at the lines of a training, one for each of its alternatives."""
    at = (training.compiled.line, training.line, training.validation)
    verdicts = [verdict for site, verdict in judged(program) if lines(site) == at]
    assert verdicts, f"no site at {at}: {[lines(site) for site, _ in judged(program)]}"
    return verdicts


def lines(site: TrainingSite) -> tuple[int, int, bool] | None:
    """The lines of a site's compile call and data call."""
    if site.compiled is None or site.data is None:
        return None
    return site.compiled.location.span.line, site.data.location.span.line, site.data.validation


@pytest.mark.parametrize(
    "program", [one for one in PAIRED_BY_KERAS if one.raises is None and not one.not_judged], ids=str
)
def test_verdict_is_what_keras_built(program: Program) -> None:
    assert ran(program).trainings
    for training in ran(program).trainings:
        verdicts = verdicts_of(program, training)
        assert any(is_what_was_built(verdict, training) for verdict in verdicts), (verdicts, training)


def is_what_was_built(verdict: Verdict, training: Training) -> bool:
    """Whether a verdict names the terms and metrics of a training."""
    if not isinstance(verdict, Paired):
        return False
    seen = "targets" not in verdict.assumed
    same_terms = terms(verdict.terms, targets=seen) == terms(training.terms, targets=seen)
    return same_terms and metrics(verdict.metrics) == metrics(training.metrics)


@pytest.mark.parametrize("program", [one for one in RUNNABLE if "evaluate(" in one.source], ids=str)
def test_names_and_values_are_those_of_keras(program: Program) -> None:
    evaluations = [training for training in ran(program).trainings if training.call == "evaluate"]
    for training in evaluations:
        verdicts = [verdict for verdict in verdicts_of(program, training) if isinstance(verdict, Paired)]
        assert any(are_names(verdict.metrics_names, training.metrics_names) for verdict in verdicts)
        if isinstance(training.returned, dict):
            assert any(are_names(sorted(one.evaluate), sorted(training.returned)) for one in verdicts)
        else:
            assert len(training.returned) in {len(verdict.evaluate) for verdict in verdicts}
    assert evaluations


def are_names(said: Iterable[str], found: Iterable[str]) -> bool:
    """Whether Keras used these names in this order; what stands as ?0 was named by Keras itself."""
    pattern = "|".join(re.sub(r"\\\?\d+", r"\\w+", re.escape(name)) for name in said)
    return re.fullmatch(pattern.replace("|", r"\|"), "|".join(found)) is not None


@pytest.mark.parametrize("program", [one for one in RUNNABLE if one.not_judged], ids=str)
def test_what_is_not_judged_has_no_site(program: Program) -> None:
    assert {training.line for training in ran(program).trainings} >= set(program.not_judged)
    judged_lines = {site.data.location.span.line for site, _ in judged(program) if site.data}
    assert judged_lines.isdisjoint(program.not_judged)


def terms(of: Iterable[Term | BuiltTerm], *, targets: bool) -> set[tuple[object, ...]]:
    """Terms by the paths of their parts."""
    return {(bare(term.head), term.target if targets else None, term.loss, term.weight) for term in of}


def metrics(of: Iterable[Metric | BuiltMetric]) -> set[tuple[object, ...]]:
    """Metrics by the paths of their parts."""
    return {(bare(metric.head), metric.metric, metric.weighted) for metric in of}


def bare(head: Path) -> Path:
    """Keras takes the only tensor out of its list, so that its path is empty when the program runs."""
    return () if head == (0,) else head


pytestmark = pytest.mark.train
KERAS_CALLS = ("compile", "fit", "evaluate", "train_on_batch")


@pytest.mark.parametrize(
    "program", [one for one in RUNNABLE if one.raises and one.raises.call in KERAS_CALLS], ids=str
)
def test_verdict_rejects_what_keras_rejects(program: Program) -> None:
    assert program.raises is not None
    trained = ran(program).trainings  # none where `compile` raises
    verdicts = verdicts_of(program, trained[-1]) if trained else [one for _, one in judged(program)]
    assert verdicts
    for verdict in verdicts:
        assert isinstance(verdict, Rejected)
        assert (verdict.error, verdict.call) == (program.raises.error, program.raises.call)


@pytest.mark.parametrize(
    "program", [one for one in programs("bad") if one.parses and one.judged_for is None], ids=str
)
def test_rules_find_what_the_comments_say_at_the_version_that_ran(program: Program) -> None:
    found = {
        Expected(finding.location.span.line, finding.code, severity(finding))
        for site, verdict in judged(program)
        for rule in registered()
        if rule.rule.subject == "site" and (not rule.rule.optional or rule.rule.name == program.rule)
        for finding in rule.check(site, verdict)
    }
    about_sites = {one.rule.code for one in registered() if one.rule.subject == "site"}
    assert found == {one for one in program.expected if one.code in about_sites}


def severity(finding: Finding) -> str | None:
    """A severity as a comment would say it: only where it is not the rule's own."""
    own = next(found.rule.severity for found in registered() if found.rule.code == finding.code)
    return None if finding.severity is own else finding.severity.value
