"""Holds the specification against the installed Keras on requests that nobody has seen before.

    KERAS_BACKEND=jax python -m tests.pairing --examples 2000 --seed 20261121

``--module tf_keras`` is Keras 2. Every request is judged, built, compiled and called; what disagrees is
printed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from keraslint.pairing import Paired, Rejected, Request, Verdict
from keraslint.tree import Branch, Leaf
from tests.conformance.containers import build
from tests.pairing.comparing import Outcome, compare
from tests.pairing.written import requests

if TYPE_CHECKING:
    from types import ModuleType

ENVIRONMENT = {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
FORGET_EVERY = 500


def outcomes(keras: ModuleType, examples: int, number: int) -> list[Outcome]:
    """Compare as many requests as were asked for, drawn from a seed."""
    found: list[Outcome] = []

    def step(request: Request) -> None:
        found.append(compare(keras, request))
        if found[-1].kind == "disagrees":
            show(found[-1])
        if len(found) % FORGET_EVERY == 0:
            print(summary(found), file=sys.stderr, flush=True)
            keras.backend.clear_session()

    options: dict[str, Any] = {"deadline": None, "database": None, "phases": [Phase.generate]}
    run = settings(max_examples=examples, suppress_health_check=list(HealthCheck), **options)
    seed(number)(run(given(requests())(step)))()
    return found


def show(outcome: Outcome) -> None:
    """Print what disagrees."""
    print(
        f"{spelled(outcome.request)}\n    said  {said(outcome.verdict)}\n    but   {outcome.reason}",
        flush=True,
    )


def spelled(request: Request) -> str:
    """A request as Python would write it."""
    given = {name: value for name, value in vars(request).items() if value != getattr(Request, name, None)}
    trees = {name: build(value, str) for name, value in given.items() if isinstance(value, (Branch, Leaf))}
    return " ".join(f"{name}={value}" for name, value in {**given, **trees}.items())


def said(verdict: Verdict) -> str:
    """A verdict without what a comparison does not look at."""
    if not isinstance(verdict, Paired):
        return str(verdict)
    terms = [(term.head, term.target, term.loss, term.weight, term.sample_weight) for term in verdict.terms]
    metrics = [(row.head, row.target, row.metric, row.sample_weight) for row in verdict.metrics]
    return f"{terms} {metrics} {verdict.logs} {verdict.clauses}"


def summary(found: list[Outcome]) -> str:
    """The counts in one line."""
    kinds = Counter(outcome.kind for outcome in found)
    rejected = sum(isinstance(outcome.verdict, Rejected) for outcome in found)
    return (
        f"{len(found)} requests, {kinds['undecided']} undecided, {kinds['unreadable']} unreadable, "
        f"{rejected} rejected: {kinds['agrees']} agree, {kinds['disagrees']} disagree"
    )


def main() -> int:
    """Run the command; it fails where anything disagrees."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the time")
    parser.add_argument("--module", default="keras", help="the Keras to import (default %(default)s)")
    arguments = parser.parse_args()
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    keras = importlib.import_module(arguments.module)
    backend = "TensorFlow" if arguments.module == "tf_keras" else keras.backend.backend()
    found = outcomes(keras, arguments.examples, arguments.seed)
    reasons = Counter(outcome.reason for outcome in found if outcome.kind == "undecided")
    for reason, count in reasons.most_common():
        print(f"    {count} undecided: {reason}")
    print(f"Keras {keras.__version__} on {backend}, seed {arguments.seed}: {summary(found)}")
    return int(any(outcome.kind == "disagrees" for outcome in found))


if __name__ == "__main__":
    sys.exit(main())
