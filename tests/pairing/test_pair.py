"""What a verdict says beyond the pairs: what paired them, the fault, what was assumed, what is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keraslint.pairing import (
    ABSENT,
    NEWEST,
    UNSEEN,
    By,
    Fault,
    Paired,
    Part,
    Rejected,
    Request,
    Undecided,
    Verdict,
    Version,
    pair,
    parse,
    predicted,
)
from keraslint.pairing.cases import structure
from keraslint.tree import Branch, Leaf, Tree, leaves


def part(text: str | None) -> Part:
    """A part as a case writes it: JSON with ``$t`` for a tuple; "-" was not given, "?" not seen."""
    if text is None:
        return ABSENT
    return UNSEEN if text == "?" else structure(json.loads(text))


def ask(outputs: str, version: str = "3.15", backend: Any = "tensorflow", **given: Any) -> Verdict:
    """A verdict on parts written as JSON."""
    kind = given.pop("kind", "functional")
    call = given.pop("call", "fit")
    plain = {name: given.pop(name) for name in ("feed", "class_weight") if name in given}
    parts: dict[str, Any] = {name: part(text) for name, text in given.items()}
    tree: Any = structure(json.loads(outputs))
    request = Request(tree, kind, call=call, **{"targets": UNSEEN, **parts}, **plain)
    return pair(request, version, backend)


LIST, DICT = '["b", "a"]', '{"b": "b", "a": "a"}'


@pytest.mark.parametrize(
    ("outputs", "version", "given", "by"),
    [
        (LIST, "3.15", {"loss": '["mse", "mae"]'}, By.POSITION),
        (LIST, "3.15", {"loss": '{"a": "mae", "b": "mse"}'}, By.NAME),
        (LIST, "3.6", {"loss": '{"a": "mae", "b": "mse"}'}, By.SORTED),
        (LIST, "3.4", {"loss": '{"a": "mae", "b": "mse"}'}, By.NAME),
        (DICT, "3.15", {"loss": '["mse", "mae"]'}, By.SORTED),
        (DICT, "3.6", {"loss": '["mse", "mae"]'}, By.SORTED),
        (DICT, "3.4", {"loss": '["mse", "mae"]'}, By.SORTED),
        (DICT, "3.15", {"loss": '{"a": "mae", "b": "mse"}'}, By.NAME),
        (DICT, "3.15", {"loss": '"mse"'}, By.BROADCAST),
        (LIST, "3.6", {"loss": '"mse"'}, By.BROADCAST),
        (LIST, "3.0", {"loss": '"mse"'}, By.BROADCAST),
        ('"a"', "3.15", {"loss": '"mse"'}, By.ONLY),
        ('["a"]', "3.15", {"loss": '["mse"]'}, By.ONLY),
        ('{"h": ["b", "a"], "c": "c"}', "3.15", {"loss": '{"h": ["mse", "mae"], "c": "mse"}'}, By.POSITION),
    ],
)
def test_what_gave_the_first_head_its_loss(outputs: str, version: str, given: dict[str, str], by: By) -> None:
    verdict = ask(outputs, version, **given)
    assert isinstance(verdict, Paired)
    assert verdict.terms[0].loss_by is by


@pytest.mark.parametrize(
    ("outputs", "version", "targets", "by"),
    [
        (LIST, "3.15", '["yb", "ya"]', By.POSITION),
        (LIST, "3.15", '{"$t": ["yb", "ya"]}', By.POSITION),
        (LIST, "3.15", '{"a": "ya", "b": "yb"}', By.NAME),
        (LIST, "3.6", '{"a": "ya", "b": "yb"}', By.SORTED),
        (LIST, "3.4", '{"a": "ya", "b": "yb"}', By.NAME),
        (DICT, "3.15", '{"a": "ya", "b": "yb"}', By.NAME),
        (DICT, "3.15", '["yb", "ya"]', By.SORTED),
        (DICT, "3.6", '["yb", "ya"]', By.SORTED),
        (DICT, "3.4", '["yb", "ya"]', By.SORTED),
        (LIST, "3.6", '"y"', By.BROADCAST),
        ('"a"', "3.15", '"y"', By.ONLY),
    ],
)
def test_what_gave_the_first_head_its_target(outputs: str, version: str, targets: str, by: By) -> None:
    verdict = ask(outputs, version, loss='"mse"', targets=targets)
    assert isinstance(verdict, Paired)
    assert verdict.terms[0].target_by is by


@pytest.mark.parametrize(
    ("outputs", "version", "loss", "weights", "by"),
    [
        (LIST, "3.15", '["mse", "mae"]', "[1.0, 2.0]", By.POSITION),
        (LIST, "3.15", '["mse", "mae"]', '{"a": 1.0, "b": 2.0}', By.SORTED),
        (LIST, "3.15", '{"a": "mae", "b": "mse"}', '{"a": 1.0, "b": 2.0}', By.NAME),
        (DICT, "3.15", '{"a": "mae", "b": "mse"}', '{"a": 1.0, "b": 2.0}', By.NAME),
        (DICT, "3.15", '{"a": "mae", "b": "mse"}', "[1.0, 2.0]", By.SORTED),
        (DICT, "3.15", '["mse", "mae"]', "[1.0, 2.0]", By.SORTED),
        (DICT, "3.6", '"mse"', "[1.0, 2.0]", By.SORTED),
        (DICT, "3.4", '{"a": "mae", "b": "mse"}', '{"a": 1.0, "b": 2.0}', By.NAME),
        (LIST, "3.15", '"mse"', "2.0", By.BROADCAST),
    ],
)
def test_what_gave_the_first_head_its_weight(
    outputs: str, version: str, loss: str, weights: str, by: By
) -> None:
    verdict = ask(outputs, version, loss=loss, loss_weights=weights)
    assert isinstance(verdict, Paired)
    assert verdict.terms[0].weight_by is by


@pytest.mark.parametrize(
    ("outputs", "version", "weights", "by"),
    [
        (DICT, "3.15", '"w"', By.BROADCAST),
        (DICT, "3.6", '"w"', By.BROADCAST),
        (DICT, "3.4", '"w"', By.BROADCAST),
        (DICT, "3.15", '{"a": "wa", "b": "wb"}', By.NAME),
        (DICT, "3.6", '{"a": "wa", "b": "wb"}', By.NAME),
    ],
)
@pytest.mark.parametrize("call", ["fit", "train_on_batch"])
def test_what_gave_the_first_head_its_sample_weight(
    outputs: str, version: str, weights: str, by: By, call: str
) -> None:
    targets = '{"a": "ya", "b": "yb"}'
    verdict = ask(outputs, version, loss='"mse"', targets=targets, sample_weight=weights, call=call)
    assert isinstance(verdict, Paired)
    assert verdict.terms[0].sample_weight_by is by


@pytest.mark.parametrize(
    ("outputs", "version", "given", "fault", "call"),
    [
        (LIST, "3.15", {"loss": '{"a": "mse", "zzz": "mse"}'}, Fault.LOSS_KEYS, "fit"),
        (LIST, "3.15", {"loss": '{"a": "mse"}'}, Fault.LOSS_KEYS, "fit"),
        (DICT, "3.15", {"loss": '{"a": "mse", "zzz": "mse"}'}, Fault.LOSS_KEYS, "fit"),
        (LIST, "3.15", {"loss": '["mse", "mae", "mse"]'}, Fault.LOSS_COUNT, "fit"),
        (LIST, "3.6", {"loss": '["mse"]'}, Fault.LOSS_COUNT, "fit"),
        (LIST, "3.4", {"loss": '["mse"]'}, Fault.LOSS_COUNT, "fit"),
        (LIST, "3.15", {"loss": '"mse"', "loss_weights": "[1.0, 2.0]"}, Fault.WEIGHTS_COUNT, "fit"),
        (
            LIST,
            "3.4",
            {"loss": '["mse", "mae"]', "loss_weights": '{"a": 1.0}'},
            Fault.WEIGHTS_STRUCTURE,
            "fit",
        ),
        (LIST, "3.15", {"loss": '"mse"', "loss_weights": "2"}, Fault.WEIGHTS_TYPE, "compile"),
        (LIST, "3.15", {"loss": '"mse"', "metrics": '["mae"]'}, Fault.METRICS_COUNT, "fit"),
        (LIST, "3.8", {"loss": '"mse"', "metrics": '["mae"]'}, Fault.METRICS_COUNT, "fit"),
        (LIST, "3.15", {"loss": '"mse"', "metrics": '{"zzz": "mae"}'}, Fault.METRICS_KEYS, "fit"),
        (LIST, "3.8", {"loss": '"mse"', "metrics": '{"zzz": "mae"}'}, Fault.METRICS_KEYS, "fit"),
        (LIST, "3.15", {"loss": '"mse"', "metrics": '"mae"'}, Fault.METRICS_STRUCTURE, "compile"),
        (LIST, "3.15", {"loss": '"mse"', "targets": '"y"'}, Fault.TARGETS_STRUCTURE, "fit"),
        (LIST, "3.15", {"loss": '"mse"', "targets": None}, Fault.TARGETS_MISSING, "fit"),
        (DICT, "3.15", {"loss": '["mse", "mae"]', "targets": '{"a": "y"}'}, Fault.TARGETS_KEYS, "fit"),
        (LIST, "3.15", {"loss": '"mse"', "targets": '["y", "y"]', "feed": "generator"}, Fault.FEED, "fit"),
        (
            LIST,
            "3.15",
            {"loss": '"mse"', "targets": '["y", "y"]', "class_weight": True},
            Fault.CLASS_WEIGHT,
            "fit",
        ),
        (
            LIST,
            "3.15",
            {"loss": '"mse"', "targets": '["y", "y"]', "sample_weight": '["w"]'},
            Fault.SAMPLE_WEIGHT,
            "fit",
        ),
        ('{"d": {"b": "b"}}', "3.3", {"loss": '"mse"'}, Fault.OUTPUTS, "Model"),
    ],
)
def test_what_is_wrong_with_a_rejected_request(
    outputs: str, version: str, given: dict[str, Any], fault: Fault, call: str
) -> None:
    verdict = ask(outputs, version, **given)
    assert isinstance(verdict, Rejected)
    assert (verdict.fault, verdict.call) == (fault, call)
    assert verdict.clauses


def test_without_data_the_first_step_is_that_of_fit() -> None:
    verdict = ask(LIST, loss='["mse", "mae", "mse"]', call="compile")
    assert isinstance(verdict, Rejected)
    assert verdict.call == "fit"


def test_what_is_not_seen_mirrors_the_outputs_and_is_named() -> None:
    verdict = ask(DICT, loss="?", loss_weights="?", metrics="?", call="compile")
    assert isinstance(verdict, Paired)
    assert verdict.assumed == ("targets", "loss", "loss_weights", "metrics")
    assert [(term.head, term.target, term.loss) for term in verdict.terms] == [(("b",),) * 3, (("a",),) * 3]
    assert [term.weight for term in verdict.terms] == [None, None]
    assert verdict.metrics == ()


@pytest.mark.parametrize("kind", ["functional", "subclass"])
def test_targets_that_are_not_seen_mirror_those_of_a_subclass_too(kind: str) -> None:
    verdict = ask(DICT, loss='{"b": "mse", "a": "mae"}', kind=kind)
    assert isinstance(verdict, Paired)
    assert all(term.target == term.head for term in verdict.terms)


@pytest.mark.parametrize(
    "given",
    [
        {"loss": '{"a": "mse", "b": "mse"}'},
        {"loss": '"mse"', "targets": '{"a": "y", "b": "y"}'},
        {"loss": '"mse"', "metrics": '{"b": "mae"}'},
    ],
)
def test_a_name_that_decides_and_is_not_known_leaves_it_undecided(given: dict[str, str]) -> None:
    verdict = ask('["a", null]', **given)
    assert verdict == Undecided("the name of output 1 is not known")


def test_a_name_that_is_not_known_does_not_matter_where_none_can_fit() -> None:
    verdict = ask('["a", null]', loss='{"b": "mse", "c": "mse"}')
    assert isinstance(verdict, Rejected)
    assert verdict.fault is Fault.LOSS_KEYS


def test_logs_of_outputs_without_a_known_name_are_still_counted() -> None:
    verdict = ask("[null, null]", loss='["mse", "mae"]')
    assert isinstance(verdict, Paired)
    assert verdict.logs == ("?0_loss", "?1_loss", "loss")


def test_a_user_s_own_loss_may_be_given_a_subtree() -> None:
    outputs = '{"det": {"box": "x", "cls": "c"}, "y": "y"}'
    own = ask(outputs, loss='{"det": "YoloLoss()", "y": "mse"}')
    builtin = ask(outputs, loss='{"det": "keras.losses.Huber()", "y": "mse"}')
    assert isinstance(own, Paired)
    assert own.terms[0].head == own.terms[0].target == ("det",)
    assert isinstance(builtin, Rejected)
    assert builtin.fault is Fault.LOSS_STRUCTURE


@pytest.mark.parametrize(
    ("loss", "log"),
    [("mse", "mse"), ("MeanSquaredError()", "mean_squared_error"), ('keras.losses.Huber(name="h")', "h")],
)
def test_logs_are_named_by_the_loss_where_the_output_has_no_name(loss: str, log: str) -> None:
    verdict = ask("[null, null]", loss=json.dumps([loss, "mae"]), kind="subclass")
    assert isinstance(verdict, Paired)
    assert verdict.terms[0].log == f"{log}_loss"


def test_later_releases_are_taken_to_pair_as_the_newest() -> None:
    asked = {"loss": '["mse", "mae"]', "loss_weights": '{"a": 1.0, "b": 2.0}'}
    assert ask(LIST, "3.99", **asked) == ask(LIST, str(NEWEST), **asked)


def test_predict_pairs_nothing() -> None:
    assert isinstance(ask(LIST, loss='"mse"', call="predict"), Undecided)


@pytest.mark.parametrize(
    ("outputs", "backend", "kind", "returned"),
    [
        ('["a"]', "tensorflow", "functional", Leaf((0,))),
        ('["a"]', "tensorflow", "subclass", Branch("list", ((0, Leaf((0,))),))),
        (DICT, "tensorflow", "functional", Branch("dict", (("b", Leaf(("b",))), ("a", Leaf(("a",)))))),
        (DICT, "jax", "functional", Branch("dict", (("a", Leaf(("a",))), ("b", Leaf(("b",)))))),
    ],
)
def test_what_predict_returns(outputs: str, backend: Any, kind: Any, returned: Tree[Any]) -> None:
    tree: Any = structure(json.loads(outputs))
    assert predicted(Request(tree, kind), "3.15", backend) == returned


def test_no_model_has_nothing_to_predict() -> None:
    tree: Any = structure([["a", "b"]])
    assert predicted(Request(tree), "3.3") is None


def test_none_for_all_of_several_outputs_is_no_loss() -> None:
    verdict = ask('{"h": {"d": null, "c": null}}', "3.3.3", "jax", kind="subclass", loss='{"h": null}')
    assert isinstance(verdict, Paired)
    assert verdict.terms == ()


def test_class_weights_are_for_training() -> None:
    given: dict[str, Any] = {"loss": '"mse"', "targets": '["y", "y"]', "class_weight": True}
    assert isinstance(ask(LIST, call="fit", **given), Rejected)
    assert isinstance(ask(LIST, call="evaluate", **given), Paired)
    missing = ask('"a"', "3.15", "jax", loss='"mse"', targets="null", class_weight=True)
    assert isinstance(missing, Rejected)
    assert missing.fault is Fault.CLASS_WEIGHT


@pytest.mark.parametrize(("metric", "verdict"), [("mae", Rejected), ("own_metric", Paired)])
def test_a_metric_of_one_s_own_may_be_given_none(metric: str, verdict: type[Verdict]) -> None:
    given = {"loss": '["mse", null]', "targets": '["y", null]', "metrics": json.dumps([[], [metric]])}
    assert isinstance(ask(LIST, **given), verdict)


def test_heads_without_a_loss_are_in_no_term() -> None:
    verdict = ask(DICT, loss='{"a": "mse"}')
    assert isinstance(verdict, Paired)
    heads = {path for path, _ in leaves(structure(json.loads(DICT)))}
    assert heads - {term.head for term in verdict.terms} == {("b",)}


def test_versions_compare_and_print() -> None:
    assert parse("3.14") > parse("3.14.1") > parse("v3.14.0") == Version(3, 14, 0)
    assert [str(parse(text)) for text in ("3.15", "3.15.1", "2.15", "3.0.0rc1")] == [
        "3.15",
        "3.15.1",
        "2.15",
        "3.0.0",
    ]
    with pytest.raises(ValueError, match="not a Keras version"):
        parse("newest")
