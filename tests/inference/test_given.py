"""A finding names the conditions that it depends on, and no others."""

from __future__ import annotations

from keraslint.engine import Settings, check_source
from keraslint.findings import Report

PROGRAM = b"""
import keras
from keras.layers import Dense


def batches(x, y, labels, bidirectional, warped):
    while True:
        inputs = x if labels else -x
        targets = [y, y] if bidirectional else (y, y)
        weights = (1, 1) if warped else None
        yield inputs, targets, weights


i = keras.Input((2,))
model = keras.Model(i, [Dense(1)(i), Dense(1)(i)])
model.compile("sgd", ["mse", "mae"])
model.fit(batches(x, y, args.labels, args.bidirectional, args.warped))
"""


def test_only_what_the_finding_depends_on_is_named() -> None:
    outcomes = check_source("a.py", PROGRAM, Settings())
    findings = [finding for report in outcomes if isinstance(report, Report) for finding in report.findings]
    assert {(finding.code, finding.given) for finding in findings} == {("KER401", ("bidirectional",))}


VALIDATED = b"""
import keras
from keras.layers import Dense

i = keras.Input((2,))
model = keras.Model(i, [Dense(1)(i), Dense(1)(i)])
model.compile("sgd", "mse", loss_weights=[0.9, 0.1])
model.fit(x, [y, y], validation_data=(x, [y, y]))
model.evaluate(x, [y, y])
"""


def test_what_is_wrong_with_losses_is_said_once_for_fit_and_its_validation() -> None:
    outcomes = check_source("a.py", VALIDATED, Settings())
    findings = [finding for report in outcomes if isinstance(report, Report) for finding in report.findings]
    messages = [finding.message for finding in findings]
    assert messages == ["Keras raises ValueError at fit: 2 weights for 1 loss"]


EVALUATED = b"""
import keras
from keras.layers import Dense

i = keras.Input((2,))
model = keras.Model(i, Dense(1)(i))
model.compile("sgd", "mse")
model.evaluate(x, [y, y])
"""


def test_targets_that_no_loss_flattens_to_one_are_too_many() -> None:
    outcomes = check_source("a.py", EVALUATED, Settings())
    findings = [finding for report in outcomes if isinstance(report, Report) for finding in report.findings]
    assert [(finding.code, finding.location.span.line) for finding in findings] == [("KER108", 8)]
