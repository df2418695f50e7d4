"""The proof: numbers of Keras against each loss computed by itself, and a model that is left as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("keras")

import numpy as np

from keraslint.pairing import Paired, pair
from keraslint.runtime import Proof, Report, batches, check, proving
from keraslint.runtime.examining import _live
from keraslint.runtime.judging import Question
from keraslint.runtime.places import caller
from keraslint.runtime.reading import request_of, site_of
from keraslint.runtime.trees import tree_of
from tests.runtime.models import HOUSES, PRICE, ROOMS, SAMPLES, X, compiled, houses, keras, listed

pytestmark = pytest.mark.train


def proof_of(report: Report) -> Proof:
    """The proof of a report that has one."""
    assert report.proof is not None
    return report.proof


def test_numbers_as_written() -> None:
    model = compiled(
        houses(), loss={"rooms": "mse", "price": "mae"}, loss_weights={"rooms": 1.0, "price": 0.1}
    )
    weights = {"rooms": np.arange(SAMPLES) + 1.0, "price": np.ones(SAMPLES)}
    proof = proof_of(check(model, X, HOUSES, weights, prove=True, print_fn=None))
    assert proof.as_written
    assert proof.as_said
    assert {one.log for one in proof.values} == {"loss", "rooms_loss", "price_loss"}


@pytest.mark.parametrize(
    ("arguments", "y", "pairs"),
    [
        (
            {"loss": ["mse", "mae"]},
            HOUSES,
            ("rooms: target rooms, loss mae", "price: target price, loss mse"),
        ),
        (
            {"loss": {"rooms": "mse", "price": "mae"}},
            [ROOMS, PRICE],
            ("rooms: target [1], loss mse", "price: target [0], loss mae"),
        ),
    ],
    ids=["losses", "targets"],
)
def test_a_difference_is_explained_by_the_exchange(arguments: Any, y: Any, pairs: tuple[str, ...]) -> None:
    model = compiled(houses(), **arguments)
    report = check(model, X, y, prove=True, print_fn=None)
    proof = proof_of(report)
    assert not proof.as_written
    assert proof.as_said
    assert sorted(proof.pairs) == sorted(pairs)
    assert all(text in str(report) for text in pairs)


def test_an_exchange_that_nobody_predicted_is_found_by_its_numbers() -> None:
    model = compiled(listed(), loss=["mse", "mae"], loss_weights=[1.0, 0.3])
    place = caller()
    question = Question(model, place, place, batches.take(X, [ROOMS, PRICE]), "test_on_batch")
    live = _live(question)
    paired = pair(request_of(live), keras().__version__)
    assert isinstance(paired, Paired)
    first, second = paired.terms
    wrong = replace(
        paired,
        terms=(replace(first, target=second.target), replace(second, target=first.target)),
    )
    assert question.batch is not None
    proof = proving.prove(model, question.batch, live, site_of(live, place, place), wrong)
    assert proof.as_written
    assert not proof.as_said
    [finding] = proving.findings(proof, place)
    assert finding.name == "unproven"


def test_the_search_finds_the_exchange() -> None:
    model = compiled(listed(), loss=["mse", "mae"], loss_weights=[1.0, 0.3])
    report = check(model, X, [ROOMS, PRICE], prove=True, print_fn=None)
    place = caller()
    live = _live(Question(model, place, place, batches.take(X, [ROOMS, PRICE]), "test_on_batch"))
    numbers = proving._Numbers(keras(), live, tree_of(model(X)), 0.0)
    said = tuple(
        proving.One((head,), (1 - head,), (1 - head,), (1 - head,), None, log)
        for head, log in enumerate(("rooms_loss", "price_loss"))
    )
    found = numbers.search(said, proof_of(report).values)
    assert found is not None
    assert [(one.target, one.loss, one.weight) for one in found] == [((0,),) * 3, ((1,),) * 3]


def noisy() -> Any:
    """A model with state of every kind: dropout, normalization, metrics, momentum."""
    layers = keras().layers
    x = keras().Input((2,))
    hidden = layers.Dropout(0.5, seed=1)(layers.BatchNormalization()(layers.Dense(4)(x)))
    heads = {"rooms": layers.Dense(1, name="rooms")(hidden), "price": layers.Dense(1, name="price")(hidden)}
    return compiled(keras().Model(x, heads), loss="mse", metrics={"rooms": ["mae"], "price": ["mae"]})


def state(model: Any) -> list[Any]:
    """Every number that the model holds."""
    variables = [*model.variables, *(v for metric in model.metrics for v in metric.variables)]
    return [np.array(keras().ops.convert_to_numpy(variable)) for variable in variables]


@pytest.mark.parametrize("built", [False, True], ids=["before the first fit", "after it"])
def test_the_model_is_left_as_it_was(built: bool) -> None:
    def weights(*, checked: bool) -> list[Any]:
        keras().utils.set_random_seed(5)
        model = noisy()
        if built:
            model.fit(X, HOUSES, verbose=0)
        before = state(model)
        if checked:
            check(model, X, HOUSES, prove=True, print_fn=None)
            for one, other in zip(before, state(model), strict=True):
                np.testing.assert_array_equal(one, other)
        model.fit(X, HOUSES, verbose=0)
        return list(model.get_weights())

    for one, other in zip(weights(checked=False), weights(checked=True), strict=True):
        np.testing.assert_array_equal(one, other)
