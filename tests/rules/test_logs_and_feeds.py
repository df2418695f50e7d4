"""What the rules say of batches, of results, of the names of logs and of old methods, by version of Keras."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from keraslint.pairing import pair, parse
from keraslint.rules import registered
from keraslint.sites import request
from keraslint.sites.model import DataCall, Given, Monitor, OldCall, ResultUse, TrainingSite
from tests.rules.spelled_sites import PLACE, UNKNOWN, site, tree

if TYPE_CHECKING:
    from keraslint.findings import Finding
    from keraslint.pairing import Feed

CODES = {"KER101", "KER112", "KER401", "KER402", "KER403", "KER605", "KER701", "KER705", "KER803"}
DICT = {"z": "z", "a": "a"}
LIST = ["z", "a"]
UNNAMED = [None, None]
BY_NAME = {"z": "mse", "a": "mae"}


@dataclass(frozen=True)
class Case:
    """A site, and what these rules find there, in the order of the codes."""

    name: str
    site: TrainingSite
    found: tuple[str, ...]
    version: str


def case(name: str, outputs: Any, *found: str, version: str = "3.15", **parts: Any) -> Case:
    """A row of the table; ``batch`` is what one step of ``feed`` gives."""
    callbacks, history, old = (parts.pop(key, ()) for key in ("monitors", "history", "old"))
    feed, batch = parts.pop("feed", None), parts.pop("batch", None)
    monitors = [Monitor(key, PLACE, "EarlyStopping") for key in callbacks]
    written = replace(
        site(outputs, **{key: part for key, part in parts.items() if key != "kind"}),
        kind=parts.get("kind", "functional"),
        monitors=(*monitors, *(Monitor(key, PLACE) for key in history)),
        old_calls=tuple(OldCall(one, PLACE) for one in old),
    )
    return Case(name, written if batch is None else fed(written, feed, batch), found, version)


def fed(written: TrainingSite, feed: Feed, batch: Any) -> TrainingSite:
    """The site with data that come in batches."""
    entry = list(batch.values())[1] if isinstance(batch, dict) else batch[1]
    data = DataCall("fit", PLACE, Given(tree(entry), PLACE), feed=feed, batch=Given(tree(batch), PLACE))
    return replace(written, data=data)


def use(how: Any, call: Any = "evaluate", **options: Any) -> tuple[ResultUse, ...]:
    """A use of a result."""
    return (ResultUse(call, how, PLACE, **options),)


TYPE_ERROR = "KER401 error: Keras on TensorFlow raises TypeError at fit: the batch has {} in a list"
STACKED = "KER403 error: tf.data makes one tensor of this list of 2 targets for the outputs ['z', 'a']"
NO_ACC = "Keras logs no {!r}; close is {!r} of ['accuracy', 'loss']"

CASES = [
    # KER101
    case(
        "a loss too few for a list",
        LIST,
        "KER101 error: Keras raises ValueError at fit: losses for ['z'], outputs ['z', 'a']",
        loss={"z": "mse"},
    ),
    case("a loss too few for a list, 3.4", LIST, loss={"z": "mse"}, version="3.4"),
    case(
        "a loss too few for a list, 3.5",
        LIST,
        "KER101 error: Keras raises ValueError at fit: losses for ['z'], outputs ['z', 'a']",
        loss={"z": "mse"},
        version="3.5",
    ),
    case(
        "a loss too few for a dict, 3.6",
        DICT,
        "KER101 error: Keras gives the loss 'z' to 'a': losses for ['z'], outputs ['z', 'a']",
        loss={"z": "mse"},
        version="3.6",
    ),
    case("losses of a list in sorted order, 3.6", LIST, loss=BY_NAME, version="3.6"),
    case("a loss too few for a dict", DICT, loss={"z": "mse"}),
    case("None for a head of a list", LIST, loss={"z": "mse", "a": None}),
    case(
        "a misspelled loss",
        {"left": "left", "right": "right"},
        "KER101 error: Keras raises KeyError at fit: losses for ['left', 'rigth'], outputs ['left', 'right'];"
        " 'rigth' is close to 'right'",
        loss={"left": "mse", "rigth": "mae"},
    ),
    case(
        "a misspelled loss, Keras 2",
        {"left": "left", "right": "right"},
        "KER101 error: Keras trains nothing with the losses ['rigth']: losses for ['left', 'rigth'],"
        " outputs ['left', 'right']; 'rigth' is close to 'right'",
        loss={"left": "mse", "rigth": "mae"},
        version="2.15",
    ),
    case("a loss by name, but the names are not known", UNNAMED, loss={"z": "mse", "a": "mae"}),
    case(
        "a loss by name for some, more outputs than losses",
        UNNAMED,
        "KER101 error: Keras raises ValueError at fit:"
        " losses for ['z'], outputs ['outputs[0]', 'outputs[1]']",
        loss={"z": "mse"},
    ),
    case("losses that cannot be read", LIST, loss=UNKNOWN),
    # KER112
    case(
        "losses by number",
        UNNAMED,
        "KER112 error: Keras raises TypeError at fit:"
        " loss for ['output_1', 'output_2'], outputs without names",
        kind="subclass",
        loss={"output_1": "mse", "output_2": "mae"},
    ),
    case(
        "losses by number, Keras 2",
        UNNAMED,
        kind="subclass",
        loss={"output_1": "mse", "output_2": "mae"},
        version="2.15",
    ),
    case(
        "metrics by number",
        UNNAMED,
        "KER112 error: Keras raises ValueError at fit: metrics for ['output_1'], outputs without names",
        kind="subclass",
        loss="mse",
        metrics={"output_1": ["mae"]},
    ),
    case("losses by key of a subclass", DICT, kind="subclass", loss=BY_NAME),
    # KER401, KER402, KER403
    case(
        "lists of inputs and of targets",
        LIST,
        TYPE_ERROR.format("inputs"),
        TYPE_ERROR.format("targets"),
        loss="mse",
        feed="generator",
        batch=(["x"], ["yz", "ya"]),
    ),
    case("lists, Keras 2", LIST, loss="mse", feed="generator", batch=(["x"], ["y", "y"]), version="2.15"),
    case(
        "a list in a dict",
        LIST,
        TYPE_ERROR.format("inputs").replace("inputs in a list", "a list among its inputs"),
        loss="mse",
        feed="py_dataset",
        batch=({"both": ["x", "x"]}, ("yz", "ya")),
    ),
    case("tuples", LIST, loss="mse", feed="generator", batch=("x", ("yz", "ya"))),
    case("a list of numbers is another error", "z", loss="mse", feed="generator", batch=("x", [1.0, 2.0])),
    case("a PyDataset that returns a list", "z", loss="mse", feed="py_dataset", batch=["x", "y"]),
    case(
        "a generator that yields a list",
        "z",
        "KER402 error: Keras raises ValueError at fit: the generator yields a list of 2 entries, not a tuple",
        loss="mse",
        feed="generator",
        batch=["x", "y"],
    ),
    case("a list in a dataset", LIST, STACKED, loss="mse", feed="dataset", batch=("x", ["yz", "ya"])),
    case("a tuple in a dataset", LIST, loss="mse", feed="dataset", batch=("x", ("yz", "ya"))),
    case("a vector for one output", "z", loss="mse", feed="dataset", batch=("x", ["y0", "y1"])),
    # KER605
    case(
        "a name too few",
        LIST,
        "KER605 error: Python raises ValueError, 2 names for 3 values:"
        " Keras returns ['loss', 'z_loss', 'a_loss']",
        loss="mse",
        uses=use("unpack", count=2),
    ),
    case(
        "a name too few, 3.4",
        LIST,
        "KER605 error: Python raises TypeError, one number for 2 names: Keras returns 'loss' alone",
        loss="mse",
        uses=use("unpack", count=2),
        version="3.4",
    ),
    case(
        "an index too far",
        LIST,
        "KER605 error: Python raises IndexError, 3 values have no index 3:"
        " Keras returns ['loss', 'z_loss', 'a_loss']",
        loss="mse",
        uses=use("index", "train_on_batch", index=3),
    ),
    case(
        "the last value",
        LIST,
        "KER605 info: Keras returns ['loss', 'z_loss', 'a_loss'] in this order,"
        " which differs between its versions",
        loss="mse",
        uses=use("index", index=-1),
    ),
    case("the total", LIST, loss="mse", uses=use("index", index=0)),
    case("as many as there are, names not known", UNNAMED, loss="mse", uses=use("unpack", count=3)),
    case("metrics that cannot be read", LIST, loss="mse", metrics=UNKNOWN, uses=use("unpack", count=2)),
    case("predictions", LIST, loss="mse", uses=use("unpack", "predict", count=2)),
    case("one output", "z", loss="mse", metrics=["mae"], uses=use("unpack", count=3)),
    # KER701, KER705
    case(
        "val_acc",
        "z",
        "KER701 warning: EarlyStopping monitors what is not there: "
        + NO_ACC.format("val_acc", "val_accuracy"),
        "KER701 error: Python raises KeyError: " + NO_ACC.format("acc", "accuracy"),
        loss="mse",
        metrics=["accuracy"],
        monitors=("val_acc",),
        history=("acc",),
    ),
    case(
        "names that are logged",
        "z",
        loss="mse",
        metrics=["acc"],
        history=("acc", "val_acc", "val_loss", "lr"),
    ),
    case("names of callbacks", LIST, loss="mse", monitors=("mAP", "val_f1"), history=("learning_rate",)),
    case("a metric that cannot be read", "z", loss="mse", metrics=[UNKNOWN], monitors=("val_acc",)),
    case(
        "the loss of a head where only one is computed",
        DICT,
        "KER701 warning: EarlyStopping monitors what is not there:"
        " Keras logs no 'val_z_loss'; close is 'val_loss' of ['loss']",
        loss={"z": "mse"},
        monitors=("val_z_loss",),
    ),
    case("the loss of a head where several are", DICT, loss=BY_NAME, monitors=("val_z_loss",)),
    case(
        "a made-up name",
        [None, "a"],
        "KER705 warning: Keras makes up the name 'dense_3', which depends on what ran before",
        loss="mse",
        monitors=("val_dense_3_loss",),
    ),
    case("a name of that form, given by hand", ["dense_3", None], loss="mse", monitors=("val_dense_3_loss",)),
    case("a made-up name, one output", [None], loss="mse", monitors=("val_loss",)),
    # KER803
    case(
        "an old method",
        "z",
        "KER803 error: Python raises AttributeError: models have no fit_generator since Keras 3, only fit",
        old=("fit_generator",),
    ),
    case("an old method, Keras 2", "z", old=("fit_generator",), version="2.15"),
]


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name)
def test_what_is_found(row: Case) -> None:
    version = parse(row.version)
    verdict = pair(request(row.site), version)
    findings = [
        finding
        for found in registered()
        if found.rule.code in CODES and found.rule.keras in {None, version.major}
        for finding in found.check(row.site, verdict)
    ]
    assert [said(finding) for finding in findings] == list(row.found), verdict


def said(finding: Finding) -> str:
    """A finding in one line."""
    return f"{finding.code} {finding.severity.value}: {finding.message}"
