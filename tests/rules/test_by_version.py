"""Rules on what is one thing to one Keras and another to the next: a site, and what is said by version."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import pytest

from keraslint.findings import Severity
from keraslint.pairing import pair, parse
from keraslint.rules import registered
from keraslint.sites import request
from keraslint.sites.model import NOT_GIVEN, DataCall, Given, TrainingSite
from keraslint.tree import Branch, Tree
from tests.rules.spelled_sites import PLACE, heads, site, tree

DICT = {"z": "z", "a": "a"}
OTHER_KEYS = {"z": "lz", "a": "la"}
LIST = ["z", "a"]
NESTED = {"d": {"b": "b", "a": "a"}, "c": "c"}
BY_NAME = {"z": "mse", "a": "mae"}
Y_BY_NAME = {"z": "yz", "a": "ya"}
Y_LIST = ["yz", "ya"]
Y_NESTED = {"d": {"b": "yb", "a": "ya"}, "c": "yc"}
ORDERED = OrderedDict(z="z", a="a")


@dataclass(frozen=True)
class Case:
    """A site, and the codes that are found in it, information left out, in each version."""

    name: str
    site: TrainingSite
    found: dict[str, str]


def case(name: str, outputs: Any, found: dict[str, str], **parts: Any) -> Case:
    """A row of the table: ``sw`` are sample weights, ``inputs`` and ``x`` what the model is fed."""
    given = {key: parts.pop(key, None) for key in ("sw", "inputs", "x")}
    options = {key: parts.pop(key) for key in ("feed", "class_weight", "validation") if key in parts}
    kind = parts.pop("kind", "functional")
    written = replace(site(_plain(outputs), **{key: _plain(part) for key, part in parts.items()}), kind=kind)
    written = replace(written, outputs=Given(_ordered(heads(_plain(outputs)), outputs), PLACE))
    if isinstance(written.data, DataCall):
        parts_ = {name: _part(given[key]) for name, key in (("sample_weight", "sw"), ("inputs", "x"))}
        written = replace(written, data=replace(written.data, **parts_, **options))
    if given["inputs"] is not None:
        written = replace(written, inputs=Given(heads(given["inputs"]), PLACE))
    return Case(name, written, found)


def _plain(literal: Any) -> Any:
    return dict(literal) if isinstance(literal, OrderedDict) else literal


def _ordered(written: Tree[Any], literal: Any) -> Tree[Any]:
    ordered = isinstance(literal, OrderedDict) and isinstance(written, Branch)
    return Branch("ordered_dict", written.items) if ordered and isinstance(written, Branch) else written


def _part(literal: Any) -> Any:
    return NOT_GIVEN if literal is None else Given(tree(literal), PLACE)


def by(**found: str) -> dict[str, str]:
    """``by(v3_5="KER205")``: the codes by version."""
    return {version[1:].replace("_", "."): codes for version, codes in found.items()}


CASES = [
    case(
        "losses and metrics in lists, keys that are not the layers' names",
        OTHER_KEYS,
        by(v2_15="KER204", v3_0="KER202", v3_4="KER202", v3_5="KER204", v3_11="KER204", v3_12="", v3_15=""),
        loss=["mse", "mse"],
        metrics=[["mae"], ["mae"]],
        y=Y_BY_NAME,
    ),
    case(
        "a whole number among weights in a dict",
        LIST,
        by(v2_15="", v3_0="KER113", v3_4="KER113", v3_7="", v3_15=""),
        loss=BY_NAME,
        loss_weights={"z": 1, "a": 0.5},
        y=Y_LIST,
    ),
    case(
        "one weight for one loss of two outputs",
        LIST,
        by(v2_15="", v3_0="KER113", v3_3="KER104", v3_6="KER104", v3_7="", v3_15=""),
        loss="mse",
        loss_weights=0.5,
        y=Y_LIST,
    ),
    case(
        "the weight of one output in a list",
        "z",
        by(v2_15="", v3_0="KER103", v3_4="KER103", v3_5="", v3_15=""),
        loss="mse",
        loss_weights=[0.5],
        y="y",
    ),
    case(
        "a target too many, 3.5",
        DICT,
        by(v3_4="", v3_5="KER108", v3_6="", v3_15="KER108"),
        loss="mse",
        y={**Y_BY_NAME, "q": "yq"},
    ),
    case(
        "metrics in tuples",
        DICT,
        by(v3_0="KER150", v3_13="KER150", v3_14_0="", v3_15=""),
        loss=BY_NAME,
        metrics={"z": ("mae",), "a": ("mse",)},
        y=Y_BY_NAME,
    ),
    case(
        "dict of losses, list of outputs",
        LIST,
        by(v2_15="", v3_4="", v3_5="KER205", v3_6="KER205", v3_7="", v3_15=""),
        loss=BY_NAME,
        y=Y_LIST,
    ),
    case(
        "one loss, dict of targets, list of outputs",
        LIST,
        by(v3_4="", v3_5="KER205", v3_6="KER205", v3_7=""),
        loss="mse",
        y=Y_BY_NAME,
    ),
    case(
        "everything in dicts, list of outputs",
        LIST,
        by(v3_4="", v3_5="KER205 KER205 KER205", v3_7="", v3_15=""),
        loss=BY_NAME,
        loss_weights={"z": 1.0, "a": 0.1},
        y=Y_BY_NAME,
    ),
    case(
        "metrics and targets in dicts, list of outputs",
        LIST,
        by(v3_13="", v3_14_0="KER206", v3_14_1="", v3_15=""),
        loss=BY_NAME,
        metrics={"z": ["mae"], "a": ["mse"]},
        y=Y_BY_NAME,
    ),
    case(
        "metrics in a dict, targets in a list",
        LIST,
        by(v3_14_0=""),
        loss="mse",
        metrics={"z": ["mae"], "a": ["mse"]},
        y=Y_LIST,
    ),
    case(
        "metrics under the layers' names",
        OTHER_KEYS,
        by(v2_15="KER106", v3_5="KER106", v3_11="KER106", v3_12="KER106", v3_15="KER106"),
        loss=BY_NAME,
        metrics={"lz": ["mae"]},
        y=Y_BY_NAME,
    ),
    case(
        "metrics under the keys, which are not the layers' names",
        OTHER_KEYS,
        by(v3_5="KER106", v3_11="KER106", v3_12="", v3_15=""),
        loss=BY_NAME,
        metrics={"z": ["mae"], "a": ["mse"]},
        y=Y_BY_NAME,
    ),
    case(
        "losses in a dict, weights in a list",
        LIST,
        by(v3_3="KER203", v3_4="KER203", v3_15=""),
        loss=BY_NAME,
        loss_weights=[1.0, 0.5],
        y=Y_LIST,
    ),
    case(
        "metrics of one output", DICT, by(v3_5="", v3_15=""), loss="mse", metrics={"a": ["mae"]}, y=Y_BY_NAME
    ),
    case(
        "one metric", LIST, by(v2_15="", v3_0="KER107", v3_15="KER107"), loss="mse", metrics="mae", y=Y_LIST
    ),
    case(
        "one target in a dict", "z", by(v2_15="", v3_6="", v3_7="", v3_8="KER108"), loss="mse", y={"z": "y"}
    ),
    case(
        "None among the targets",
        DICT,
        by(v2_15="KER108", v3_11="KER108", v3_12="", v3_15=""),
        loss={"z": "mse", "a": None},
        y={"z": "yz", "a": None},
    ),
    case(
        "sample weights in a dict, targets in a list",
        LIST,
        by(v2_15="", v3_4="KER110", v3_15="KER110"),
        loss="mse",
        y=Y_LIST,
        sw={"z": "w", "a": "v"},
    ),
    case(
        "sample weights in a list, targets in a dict",
        DICT,
        by(v2_15="KER110", v3_4="KER110", v3_15="KER110"),
        loss="mse",
        y=Y_BY_NAME,
        sw=["w", "v"],
    ),
    case(
        "sample weights and targets in dicts, list of outputs",
        LIST,
        by(v2_15="", v3_4="", v3_6="KER110 KER205", v3_15="KER110"),
        loss="mse",
        y=Y_BY_NAME,
        sw={"z": "w", "a": "v"},
    ),
    case(
        "None among the sample weights",
        DICT,
        by(v3_11="KER110", v3_12="", v3_15=""),
        loss="mse",
        y=Y_BY_NAME,
        sw={"z": "w", "a": None},
    ),
    case(
        "a sample weight missing in a dataset",
        DICT,
        by(v2_15="", v3_4="KER110", v3_6="KER110", v3_7="KER110"),
        loss="mse",
        y=Y_BY_NAME,
        sw={"z": "w"},
        feed="dataset",
    ),
    case("one array of sample weights", DICT, by(v3_0="", v3_15=""), loss="mse", y=Y_BY_NAME, sw="w"),
    case("class weights", LIST, by(v2_15="KER111", v3_15="KER111"), loss="mse", y=Y_LIST, class_weight=True),
    case("class weights, one output", "z", by(v2_15="", v3_15=""), loss="mse", y="y", class_weight=True),
    case("a whole loss weight", "z", by(v2_15="", v3_15="KER113"), loss="mse", loss_weights=2, y="y"),
    case("a loss weight", "z", by(v3_2="KER113", v3_3="", v3_15=""), loss="mse", loss_weights=2.0, y="y"),
    case(
        "keys of two types",
        {"z": "z", 1: "a"},
        by(v2_15="KER116", v3_0="KER116", v3_15="KER116"),
        loss="mse",
        y={"z": "yz", 1: "ya"},
    ),
    case(
        "nested losses",
        NESTED,
        by(v3_3="KER115", v3_4="KER115", v3_6="KER115", v3_7="", v3_15=""),
        loss={"d": {"b": "mse", "a": "mae"}, "c": "mse"},
        y=Y_NESTED,
    ),
    case(
        "nested metrics",
        NESTED,
        by(v3_13="KER115", v3_14_0="", v3_15=""),
        loss="mse",
        metrics={"d": {"b": ["mse"], "a": ["mae"]}, "c": ["mse"]},
        y=Y_NESTED,
    ),
    case(
        "one loss, nested outputs", NESTED, by(v3_3="KER115", v3_4="KER117", v3_7=""), loss="mse", y=Y_NESTED
    ),
    case(
        "one loss, other keys than layers",
        OTHER_KEYS,
        by(v2_15="", v3_0="KER117", v3_4="KER117", v3_5="", v3_15=""),
        loss="mse",
        y=Y_BY_NAME,
    ),
    case("one loss, the layers' keys", DICT, by(v3_0="", v3_4="", v3_15=""), loss="mse", y=Y_BY_NAME),
    case(
        "losses by dot path",
        NESTED,
        by(v2_15="KER114", v3_4="KER114", v3_6="KER114", v3_7="KER114", v3_15="KER114"),
        loss={"d.b": "mse", "d.a": "mae", "c": "mse"},
        y=Y_NESTED,
    ),
    case(
        "losses by last key",
        NESTED,
        by(v2_15="KER114", v3_4="KER114", v3_15="KER114"),
        loss={"b": "mse", "a": "mae", "c": "mse"},
        y=Y_NESTED,
    ),
    case(
        "metrics by slashes",
        NESTED,
        by(v2_15="KER114", v3_7="KER114", v3_15="KER114"),
        loss="mse",
        metrics={"d/b": ["mse"]},
        y=Y_NESTED,
    ),
    case(
        "metrics by last key",
        NESTED,
        by(v2_15="KER114", v3_7="KER114", v3_13="KER114", v3_15="KER114"),
        loss="mse",
        metrics={"b": ["mse"]},
        y=Y_NESTED,
    ),
    case(
        "no loss for the first",
        LIST,
        by(v2_15="", v3_0="KER214", v3_4="KER214", v3_5="KER214", v3_6="KER214", v3_7="", v3_15=""),
        loss=[None, "mae"],
        y=Y_LIST,
    ),
    case(
        "ordered outputs, dicts",
        ORDERED,
        by(v2_15="", v3_0="", v3_4="KER212 KER212", v3_5="", v3_7="KER212", v3_15="KER212"),
        loss=BY_NAME,
        y=Y_BY_NAME,
    ),
    case(
        "two outputs of one layer",
        ["h", "h"],
        by(v2_15="", v3_4="", v3_5="KER303", v3_15="KER303"),
        loss=["mse", "mae"],
        y=Y_LIST,
    ),
    case(
        "a third entry of a dataset",
        LIST,
        by(v2_15="", v3_6="KER404", v3_7="KER404", v3_15="KER404"),
        loss="mse",
        y="yz",
        sw="ya",
        feed="dataset",
    ),
    case(
        "sample weights for one output",
        "z",
        by(v3_6="", v3_15=""),
        loss="mse",
        y="yz",
        sw="w",
        feed="dataset",
    ),
    case(
        "dict of data, list of inputs",
        "o",
        by(v2_15="", v3_3="", v3_4="KER207", v3_6="KER207", v3_7="", v3_15=""),
        loss="mse",
        y="y",
        inputs=["b", "a"],
        x={"b": "xb", "a": "xa"},
    ),
    case(
        "list of data, dict of inputs",
        "o",
        by(v3_0="KER208", v3_7="KER208", v3_8="KER208", v3_15="KER208"),
        loss="mse",
        y="y",
        inputs={"b": "b", "a": "a"},
        x=["xb", "xa"],
    ),
    case(
        "list of data, sorted dict of inputs",
        "o",
        by(v3_0="", v3_8="", v3_15=""),
        loss="mse",
        y="y",
        inputs={"a": "a", "b": "b"},
        x=["xa", "xb"],
    ),
    case(
        "data too many",
        "o",
        by(v3_3="", v3_4="KER209", v3_15="KER209"),
        loss="mse",
        y="y",
        inputs={"a": "a", "b": "b"},
        x={"a": "xa", "b": "xb", "A": "no"},
    ),
    case(
        "data too many, last of all",
        "o",
        by(v3_4="", v3_15=""),
        loss="mse",
        y="y",
        inputs={"a": "a", "b": "b"},
        x={"a": "xa", "b": "xb", "z": "no"},
    ),
    case(
        "data missing",
        "o",
        by(v3_3="KER209", v3_15="KER209"),
        loss="mse",
        y="y",
        inputs=["b", "a"],
        x={"b": "xb", "q": "xa"},
    ),
]


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name)
def test_what_is_found_in_each_version(row: Case) -> None:
    assert {version: _codes(row.site, version) for version in row.found} == row.found


def _codes(written: TrainingSite, text: str) -> str:
    version = parse(text)
    verdict = pair(request(written), version)
    return " ".join(
        finding.code
        for found in registered()
        if found.rule.subject == "site" and found.rule.keras in {None, version.major}
        for finding in found.check(written, verdict)
        if finding.severity is not Severity.INFO and finding.code != "KER211"
    )
