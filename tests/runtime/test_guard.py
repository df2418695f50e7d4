"""The guard: what it sees, whose calls it sees, and that it leaves Keras and the data as they were."""

from __future__ import annotations

import gc
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("keras")

import numpy as np

from keraslint.runtime import MispairedError, guard
from tests.runtime.models import HOUSES, PRICE, ROOMS, SAMPLES, X, compiled, houses, keras, single

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.train

METHODS = ("compile", "fit", "evaluate", "train_on_batch", "test_on_batch", "metrics_names", "output_names")


def attributes() -> dict[str, Any]:
    """Everything of Keras that a guard stands before, and the finders of modules."""
    model = keras().Model
    functional = next(cls for cls in model.__subclasses__() if cls.__name__ == "Functional")
    classes = (functional, *model.__mro__)
    found = {f"{cls.__name__}.{name}": vars(cls).get(name) for cls in classes for name in METHODS}
    return {**found, "finders": list(sys.meta_path)}


@pytest.fixture(autouse=True)
def _nothing_stays_patched() -> Iterator[None]:
    before = attributes()
    yield
    assert attributes() == before


def swapped() -> Any:
    """A model whose losses Keras gives to the other heads."""
    return compiled(houses(), loss=["mse", "mae"])


def test_every_call_of_a_block_is_examined_and_what_it_returns_is_kept() -> None:
    before = attributes()
    with guard(print_fn=None) as watching:
        assert attributes() != before
        model = swapped()
        assert model.fit(X, HOUSES, verbose=0).history["loss"]
        assert isinstance(model.evaluate(X, HOUSES, verbose=0), list)
        assert model.train_on_batch(X, HOUSES) is not None
    assert [report.call for report in watching.reports] == ["compile", "fit", "evaluate", "train_on_batch"]
    assert {one.code for one in watching.findings} == {"KER202"}
    assert watching.findings[0].location.document.endswith("models.py")


def test_raised_before_the_first_step() -> None:
    model = compiled(houses(), loss={"rooms": "mse", "price": "mae"})
    before = [value.copy() for value in model.get_weights()]
    with guard("error", print_fn=None), pytest.raises(MispairedError, match="KER201") as raised:
        model.fit(X, [ROOMS, PRICE], verbose=0)
    assert raised.value.report.call == "fit"
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_keras_raises_on_is_left_to_keras() -> None:
    model = compiled(houses(), loss="mse")
    with guard("info", print_fn=None) as watching, pytest.raises((KeyError, ValueError, TypeError)) as raised:
        model.fit(X, {"rooms": ROOMS, "prize": PRICE}, verbose=0)
    assert not isinstance(raised.value, MispairedError)
    assert {one.name for one in watching.findings} == {"unmatched-targets"}


def test_codes_choose_what_raises() -> None:
    with guard(["KER201"], print_fn=None) as watching:
        swapped().fit(X, HOUSES, verbose=0)
    assert watching.findings
    with pytest.raises(ValueError, match="raise_on"):
        guard("loud")


def test_the_innermost_guard_sees_a_call_and_the_outer_one_the_next() -> None:
    with guard(print_fn=None) as outer:
        with guard(print_fn=None) as inner:
            swapped()
        assert (len(inner.reports), len(outer.reports)) == (1, 0)
        swapped()
        assert (len(inner.reports), len(outer.reports)) == (1, 1)


def test_an_exception_closes_the_guard() -> None:
    def stopped() -> None:
        with guard(print_fn=None):
            swapped()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stopped()


def in_thread(work: Any) -> None:
    """Do something in a thread of its own and wait for it."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_model_that_is_loaded_is_compiled_as_it_would_be(tmp_path: Path) -> None:
    path = str(tmp_path / "swapped.keras")
    swapped().save(path)
    with guard(print_fn=None) as watching, warnings.catch_warnings():
        warnings.simplefilter("error")
        model = keras().models.load_model(path)
        model.evaluate(X, HOUSES, verbose=0)
    assert [report.call for report in watching.reports] == ["compile", "evaluate"]


def test_a_thread_belongs_to_its_own_guard_then_to_one_for_every_thread() -> None:
    with guard(print_fn=None) as mine:
        in_thread(swapped)
        assert mine.reports == []
    with guard(print_fn=None, every_thread=True) as everyone:
        in_thread(swapped)
        assert len(everyone.reports) == 1

        def guarded() -> None:
            with guard(print_fn=None) as own:
                swapped()
            assert len(own.reports) == 1

        in_thread(guarded)
        assert len(everyone.reports) == 1


def test_a_model_is_examined_once_for_each_structure_of_data() -> None:
    with guard(print_fn=None) as watching:
        model = compiled(houses(), loss="mse")
        for _ in range(3):
            model.train_on_batch(X, HOUSES)
        assert [report.call for report in watching.reports] == ["train_on_batch"]
        model.train_on_batch(X[:4], {name: one[:4, 0] for name, one in HOUSES.items()})
        assert len(watching.reports) == 2


def test_a_guard_keeps_no_model_alive() -> None:
    with guard(print_fn=None) as watching:
        compiled(houses(), loss="mse").evaluate(X, HOUSES, verbose=0)
        gc.collect()
        assert len(watching._known) == 0


def batches() -> Iterator[tuple[Any, Any]]:
    """Four batches of two samples."""
    for start in range(0, SAMPLES, 2):
        yield X[start : start + 2], {name: one[start : start + 2] for name, one in HOUSES.items()}


def trained_on(data: Any, **options: Any) -> list[Any]:
    """The weights after an epoch."""
    keras().utils.set_random_seed(0)
    model = compiled(houses(), loss={"rooms": "mse", "price": "mae"})
    model.fit(data, epochs=1, verbose=0, **options)
    return list(model.get_weights())


def shuffled() -> Any:
    """A dataset in an order drawn from the global seed."""
    import tensorflow as tf

    tf.random.set_seed(7)
    return tf.data.Dataset.from_tensor_slices((X, HOUSES)).shuffle(SAMPLES).batch(2)


def of_py_dataset() -> Any:
    """A ``PyDataset`` that adds noise."""

    class Noisy(keras().utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> Any:
            x, y = list(batches())[index]
            return x + np.random.normal(size=x.shape).astype("float32"), y  # noqa: NPY002

    np.random.seed(3)  # noqa: NPY002
    return Noisy()


@pytest.mark.parametrize(
    "make", [batches, shuffled, of_py_dataset], ids=["generator", "dataset", "pydataset"]
)
@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_training_is_the_same_to_the_bit(make: Any) -> None:
    if keras().backend.backend() != "tensorflow" and make is shuffled:
        pytest.skip("a dataset of TensorFlow")
    alone = trained_on(make())
    with guard(print_fn=None) as watching:
        guarded = trained_on(make())
    assert [report.call for report in watching.reports] == ["fit"]
    for one, other in zip(alone, guarded, strict=True):
        np.testing.assert_array_equal(one, other)


def test_names_zipped_with_what_has_another_order() -> None:
    with guard(print_fn=None) as watching:
        model = compiled(houses(), loss="mse", metrics={"rooms": ["mae"], "price": ["mse"]})
        returned = model.evaluate(X, HOUSES, verbose=0)
        assert [name for name in model.output_names if name in HOUSES]  # right: names as keys
        assert dict(zip(model.output_names, model.outputs, strict=True))  # right: both are sorted
        assert list(watching.findings) == []
        assert dict(zip(model.metrics_names, returned, strict=False))
        assert model.outputs[0] is not None
    assert [one.name for one in watching.findings] == ["zipped-metrics-names", "zipped-sorted-names"]


def test_a_defect_of_ours_ends_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("keraslint.runtime.guarding.examine", broken)
    with guard("info", print_fn=None) as watching:
        single(loss="mse").fit(X, PRICE, verbose=0)
    assert watching.reports[-1].undecided == ("a defect of keraslint: RuntimeError",)
