"""What all rules together say of sites of a few words, by version of Keras."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from keraslint.findings import Finding
from keraslint.pairing import pair
from keraslint.rules import registered
from keraslint.sites import request
from keraslint.sites.model import ResultUse
from tests.rules.spelled_sites import PLACE, UNKNOWN, Named, site

DICT = {"z": "z", "a": "a"}  # declared against the sorted order
SORTED = {"a": "a", "z": "z"}
LIST = ["z", "a"]
BY_NAME = {"z": "mse", "a": "mae"}
Y_BY_NAME = {"z": "yz", "a": "ya"}


@dataclass(frozen=True)
class Case:
    """A site, and what is found there: one text for each finding, in the order of the codes."""

    name: str
    outputs: Any
    parts: dict[str, Any]
    found: tuple[str, ...] = ()
    version: str = "3.15"
    options: dict[str, Any] = field(default_factory=dict)


def case(name: str, outputs: Any, *found: str, version: str = "3.15", **parts: Any) -> Case:
    """A row of the table."""
    options: dict[str, Any] = {key: parts.pop(key) for key in ("y", "call", "uses") if key in parts}
    return Case(name, outputs, parts, found, version, options)


def use(how: Any, **options: Any) -> tuple[ResultUse, ...]:
    """A use of the result of predict."""
    return (ResultUse(options.pop("call", "predict"), how, PLACE, **options),)


SWAPPED = "Keras gives these {} to ['a', 'z'], not to ['z', 'a']"
ALIKE = SWAPPED + "; those exchanged are written identically"
LOSSES, TARGETS, WEIGHTS, METRICS = (
    SWAPPED.format(part) for part in ("losses", "targets", "weights", "metrics")
)


CASES = [
    # Legal, half migrated or in another order: silence.
    case("all lists", LIST, loss=["mse", "mae"], loss_weights=[1.0, 0.1], y=["yz", "ya"]),
    case("all dicts", DICT, loss=BY_NAME, loss_weights={"a": 0.1, "z": 1.0}, y={"a": "ya", "z": "yz"}),
    case("list outputs, dict of losses in any order", LIST, loss={"a": "mae", "z": "mse"}, y=["yz", "ya"]),
    case(
        "list outputs, everything else by name",
        LIST,
        loss=BY_NAME,
        loss_weights={"z": 1.0, "a": 0.1},
        y=Y_BY_NAME,
    ),
    case("some metrics only", DICT, loss=BY_NAME, metrics={"a": "mse"}, y=Y_BY_NAME),
    case("no loss for a head", LIST, loss=["mse", None], y=["yz", "ya"]),
    case("no loss for a head by name", DICT, loss={"z": "mse", "a": None}, y=Y_BY_NAME),
    case("one loss for all", LIST, loss="mse", y=["yz", "ya"]),
    case("tuple of targets", LIST, loss=["mse", "mae"], y=("yz", "ya")),
    case("a list of one for one output", ["z"], loss=["mse"], metrics=["mae", "mse"], y="yz"),
    case("one output, several metrics", "z", loss="mse", metrics=["mae", "mse"], y="yz"),
    case("one head in a dict", {"z": "z"}, loss=["mse"], loss_weights=[0.5], metrics=[["mae"]], y=["yz"]),
    case(
        "nested outputs, everything nested alike",
        {"det": {"box": "box", "cls": "cls"}, "aux": "aux"},
        loss={"det": {"box": "mae", "cls": "mse"}, "aux": "mse"},
        loss_weights={"det": {"box": 1.0, "cls": 0.5}, "aux": 0.1},
        y={"det": {"box": "b", "cls": "c"}, "aux": "x"},
    ),
    case("nested lists", [["b", "c"], "d"], loss=[["mae", "mse"], "mse"], y=[["yb", "yc"], "yd"]),
    case("unread parts", DICT, loss=UNKNOWN, loss_weights=UNKNOWN, metrics=UNKNOWN, y=UNKNOWN),
    # KER202
    case("list loss", DICT, f"KER202 error: {LOSSES}", loss=["mse", "mae"], y=Y_BY_NAME),
    case("tuple loss, compiled only", DICT, f"KER202 error: {LOSSES}", loss=("mse", "mae")),
    case(
        "list loss, Keras 2",
        DICT,
        f"KER202 error: {LOSSES}",
        loss=["mse", "mae"],
        y=Y_BY_NAME,
        version="2.15",
    ),
    case(
        "list loss in sorted order",
        SORTED,
        "KER202 info: Keras gives these losses to ['a', 'z'] by sorted key, which is the order written",
        loss=["mse", "mae"],
        y=Y_BY_NAME,
    ),
    case(
        "list of the same loss",
        DICT,
        f"KER202 info: {ALIKE.format('losses')}",
        loss=["mse", "mse"],
        y=Y_BY_NAME,
    ),
    case(
        "three heads, the middle one stays",
        {"c": "c", "b": "b", "a": "a"},
        "KER202 error: Keras gives these losses to ['a', 'b', 'c'], not to ['c', 'b', 'a']",
        loss=["mse", "mae", "huber"],
    ),
    case(
        "three heads, only equal ones change places",
        {"c": "c", "b": "b", "a": "a"},
        "KER202 info: Keras gives these losses to ['a', 'b', 'c'], not to ['c', 'b', 'a'];"
        " those exchanged are written identically",
        loss=["mse", "mae", "mse"],
    ),
    case(
        "list of lists of losses",
        DICT,
        "KER202 error: Keras raises TypeError at fit: a list of losses for outputs in a dict, ['z', 'a']",
        loss=[["mse"], ["mae"]],
        y=Y_BY_NAME,
    ),
    # KER201
    case("list targets", DICT, f"KER201 error: {TARGETS}", loss=BY_NAME, y=["yz", "ya"]),
    case(
        "list targets of an evaluation",
        DICT,
        f"KER201 error: {TARGETS}",
        loss=BY_NAME,
        y=("yz", "ya"),
        call="evaluate",
    ),
    case(
        "the same target twice", DICT, f"KER201 info: {ALIKE.format('targets')}", loss=BY_NAME, y=["x", "x"]
    ),
    case(
        "list targets and list loss",
        DICT,
        f"KER201 error: {TARGETS}",
        f"KER202 error: {LOSSES}",
        loss=["mse", "mae"],
        y=["yz", "ya"],
    ),
    # KER203
    case(
        "list loss, dict weights",
        LIST,
        f"KER203 error: {WEIGHTS}",
        loss=["mse", "mae"],
        loss_weights={"z": 1.0, "a": 0.1},
        y=["yz", "ya"],
    ),
    case(
        "list loss, dict weights, unnamed heads",
        [None, None],
        loss=["mse", "mae"],
        loss_weights={"z": 1.0, "a": 0.1},
        y=["yz", "ya"],
    ),
    case(
        "dict outputs, list weights",
        DICT,
        f"KER203 error: {WEIGHTS}",
        loss=BY_NAME,
        loss_weights=[1.0, 0.1],
        y=Y_BY_NAME,
    ),
    case(
        "dict outputs, equal weights in a list",
        DICT,
        f"KER203 info: {ALIKE.format('weights')}",
        loss=BY_NAME,
        loss_weights=[1.0, 1],
        y=Y_BY_NAME,
    ),
    case(
        "list loss and list weights",
        DICT,
        f"KER202 error: {LOSSES}",
        f"KER203 error: {WEIGHTS}",
        loss=["mse", "mae"],
        loss_weights=[1.0, 0.1],
        y=Y_BY_NAME,
    ),
    # KER204
    case(
        "list metrics", DICT, f"KER204 warning: {METRICS}", loss=BY_NAME, metrics=["mse", "mae"], y=Y_BY_NAME
    ),
    case(
        "list of lists of metrics, weighted",
        DICT,
        f"KER204 warning: {METRICS}",
        loss=BY_NAME,
        weighted_metrics=[["mse"], ["mae", "mape"]],
        y=Y_BY_NAME,
    ),
    case("list metrics, Keras 2", DICT, loss=BY_NAME, metrics=["mse", "mae"], y=Y_BY_NAME, version="2.15"),
    # KER102
    case(
        "one loss in a list for two heads",
        LIST,
        "KER102 error: Keras trains ['z'], not ['a']: 1 loss for 2 outputs",
        loss=["mse"],
        y=["yz", "ya"],
    ),
    case(
        "one loss in a list for two heads, 3.6",
        LIST,
        "KER102 error: Keras raises ValueError at fit: 1 loss for 2 outputs",
        loss=["mse"],
        y=["yz", "ya"],
        version="3.6",
    ),
    case(
        "three losses for two heads",
        LIST,
        "KER102 error: Keras raises KeyError at fit: 3 losses for 2 outputs",
        loss=["mse", "mae", "mse"],
        y=["yz", "ya"],
    ),
    # KER301
    case(
        "two losses for one head",
        "z",
        "KER301 error: Keras trains 'z' with 'mse' only, not with 'mae'",
        loss=["mse", "mae"],
        y="yz",
    ),
    case(
        "two losses for one of two heads",
        DICT,
        "KER301 warning: Keras adds 'mse' and 'mae' for 'z' and logs the last under the name of all",
        loss={"z": ["mse", "mae"], "a": "mse"},
        y=Y_BY_NAME,
    ),
    case(
        "a loss and None for one head",
        "z",
        "KER301 error: Keras raises AttributeError at fit: 2 losses for 'z'",
        loss=["mse", None],
        y="yz",
    ),
    # KER103
    case(
        "a misspelled weight",
        DICT,
        "KER103 error: Keras gives the weight 'zz' to 'z': weights for ['zz', 'a'], outputs ['z', 'a']",
        loss=BY_NAME,
        loss_weights={"zz": 1.0, "a": 0.1},
        y=Y_BY_NAME,
    ),
    case(
        "a weight too few",
        LIST,
        "KER103 error: Keras raises ValueError at fit: 1 weight for 2 outputs",
        loss=["mse", "mae"],
        loss_weights=[1.0],
        y=["yz", "ya"],
    ),
    case(
        "a weight missing by name",
        DICT,
        "KER103 error: Keras raises ValueError at fit: weights for ['z'], outputs ['z', 'a']",
        loss=BY_NAME,
        loss_weights={"z": 1.0},
        y=Y_BY_NAME,
    ),
    case(
        "a weight missing by name, 3.4",
        DICT,
        loss=BY_NAME,
        loss_weights={"z": 1.0},
        y=Y_BY_NAME,
        version="3.4",
    ),
    case(
        "weights of heads without a loss",
        DICT,
        "KER103 error: Keras raises ValueError at fit: 2 weights, losses for ['z']",
        loss={"z": "mse"},
        loss_weights={"z": 1.0, "a": 0.1},
        y=Y_BY_NAME,
    ),
    case(
        "one number for two losses",
        LIST,
        "KER103 error: Keras raises TypeError at fit: 1 weight for 2 outputs",
        loss=["mse", "mae"],
        loss_weights=0.5,
        y=["yz", "ya"],
    ),
    case(
        "a weight too many",
        LIST,
        "KER103 warning: Keras gives the weights ['q'] to no output:"
        " weights for ['z', 'a', 'q'], outputs ['z', 'a']",
        loss=BY_NAME,
        loss_weights={"z": 1.0, "a": 0.1, "q": 2.0},
        y=["yz", "ya"],
    ),
    case(
        "weights by the layers' names",
        {"kz": "z", "ka": "a"},
        loss={"kz": "mse", "ka": "mae"},
        loss_weights={"z": 1.0, "a": 0.1},
    ),
    # KER104
    case(
        "one loss, two weights",
        LIST,
        "KER104 error: Keras raises ValueError at fit: 2 weights for 1 loss",
        loss="mse",
        loss_weights=[1.0, 0.1],
        y=["yz", "ya"],
    ),
    case(
        "one loss, two weights by name, 3.6",
        LIST,
        f"KER104 error: {WEIGHTS}",
        loss="mse",
        loss_weights={"z": 1.0, "a": 0.1},
        y=["yz", "ya"],
        version="3.6",
    ),
    case(
        "one loss, two weights, Keras 2",
        LIST,
        loss="mse",
        loss_weights=[1.0, 0.1],
        y=["yz", "ya"],
        version="2.15",
    ),
    case(
        "one loss, the weight of one head",
        DICT,
        "KER104 error: Keras gives this weight to ['z', 'a'], not to ['z']",
        loss="mse",
        loss_weights={"z": 0.5},
        y=Y_BY_NAME,
    ),
    # KER105
    case(
        "one metric for two heads",
        LIST,
        "KER105 error: Keras raises ValueError at fit: metrics has 1 entry for 2 outputs",
        loss="mse",
        metrics=["mae"],
        y=["yz", "ya"],
    ),
    case(
        "one metric for two heads, compiled only",
        LIST,
        "KER105 error: Keras raises ValueError at fit: metrics has 1 entry for 2 outputs",
        loss="mse",
        metrics=["mae"],
    ),
    case(
        "three weighted metrics for two heads",
        DICT,
        "KER105 error: Keras raises ValueError at fit: weighted_metrics has 3 entries for 2 outputs",
        loss="mse",
        weighted_metrics=["mae", "mse", "mape"],
        y=Y_BY_NAME,
    ),
    case(
        "one metric for two heads, Keras 2", LIST, loss="mse", metrics=["mae"], y=["yz", "ya"], version="2.15"
    ),
    # KER211
    case(
        "two metrics for two heads",
        LIST,
        "KER211 warning: Keras 3 computes 'mae' for 'z', 'mse' for 'a';"
        " Keras 2 computed each of them for every output",
        loss="mse",
        metrics=["mae", "mse"],
        y=["yz", "ya"],
    ),
    case("the same metric twice", LIST, loss="mse", metrics=["mae", "mae"], y=["yz", "ya"]),
    case("a list for each head", LIST, loss="mse", metrics=[["mae"], ["mse"]], y=["yz", "ya"]),
    case("no metric for a head", LIST, loss="mse", metrics=[None, "mse"], y=["yz", "ya"]),
    case(
        "two metrics for two heads, Keras 2",
        LIST,
        loss="mse",
        metrics=["mae", "mse"],
        y=["yz", "ya"],
        version="2.15",
    ),
    # KER108
    case(
        "one target for two heads",
        LIST,
        "KER108 error: Keras raises KeyError at fit: one target for outputs ['z', 'a']",
        loss="mse",
        y="yz",
    ),
    case(
        "three targets for two heads",
        LIST,
        "KER108 error: Keras raises ValueError at fit: 3 targets for outputs ['z', 'a']",
        loss="mse",
        y=["yz", "ya", "yb"],
    ),
    case(
        "a misspelled target, 3.7",
        DICT,
        "KER108 error: Keras trains ['z', 'a'] without a word: targets for ['zz', 'a'], outputs ['z', 'a']",
        loss=BY_NAME,
        y={"zz": "yz", "a": "ya"},
        version="3.7",
    ),
    case(
        "a missing target",
        DICT,
        "KER108 error: Keras raises ValueError at fit: targets for ['z'], outputs ['z', 'a']",
        loss=BY_NAME,
        y={"z": "yz"},
    ),
    case(
        "something of Keras as the target, perhaps a list", LIST, loss="mse", y=Named("keras.ops.split(y, 2)")
    ),
    case("no target for a head without loss", DICT, loss={"z": "mse", "a": None}, y={"z": "yz"}),
    case("one target for the one head with a loss", DICT, loss={"a": "mae"}, y="ya"),
    case(
        "the target of another head",
        DICT,
        "KER108 error: Keras trains ['a'] without a word: targets for ['z'], outputs ['z', 'a']",
        loss={"a": "mae"},
        y={"z": "yz"},
    ),
    # KER601, KER604
    case(
        "unpacked",
        DICT,
        "KER601 error: this unpacks the keys ['z', 'a'], not the predictions",
        uses=use("unpack", count=2),
    ),
    case(
        "unpacked into too many",
        DICT,
        "KER601 error: Python raises ValueError: 3 names for the keys ['z', 'a']",
        uses=use("unpack", count=3),
    ),
    case(
        "indexed",
        DICT,
        "KER601 error: Python raises KeyError: 0, the keys are ['z', 'a']",
        uses=use("index", index=0),
    ),
    case(
        "iterated",
        DICT,
        "KER601 info: this goes over the keys ['z', 'a'], not over the predictions",
        uses=use("iterate"),
    ),
    case(
        "names beside values",
        LIST,
        "KER604 error: the value 'z_loss' gets the name 'compile_metrics':"
        " metrics_names are ['loss', 'compile_metrics', 'z_loss', 'a_loss']",
        loss="mse",
        metrics=[["mae"], ["mae"]],
        uses=use("zip metrics_names", call="evaluate"),
    ),
    case(
        "names beside values without metrics",
        LIST,
        loss="mse",
        uses=use("zip metrics_names", call="evaluate"),
    ),
    case(
        "names beside values, Keras 2",
        LIST,
        loss="mse",
        metrics=[["mae"], ["mae"]],
        uses=use("zip metrics_names", call="evaluate"),
        version="2.15",
    ),
    case("a list unpacked", LIST, uses=use("unpack", count=2)),
    # KER605
    case(
        "the last of five values, an output without a name, Keras 2",
        [None, "a"],
        loss=["mse", "mae"],
        metrics=["mae"],
        y=["yz", "ya"],
        call="train_on_batch",
        uses=use("index", call="train_on_batch", index=4),
        version="2.15",
    ),
    case(
        "a sixth of five values, an output without a name, Keras 2",
        [None, "a"],
        "KER605 error: Python raises IndexError, 5 values have no index 5: Keras returns 5 values",
        loss=["mse", "mae"],
        metrics=["mae"],
        y=["yz", "ya"],
        call="train_on_batch",
        uses=use("index", call="train_on_batch", index=5),
        version="2.15",
    ),
]


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name)
def test_what_is_found(row: Case) -> None:
    written = site(row.outputs, **row.options, **row.parts)
    verdict = pair(request(written), row.version)
    findings = [
        finding
        for found in registered()
        if found.rule.subject == "site" and not found.rule.optional
        for finding in found.check(written, verdict)
    ]
    assert [said(finding) for finding in findings] == list(row.found), verdict


def said(finding: Finding) -> str:
    """A finding in one line."""
    return f"{finding.code} {finding.severity.value}: {finding.message}"
