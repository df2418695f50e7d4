"""What a whole training step costs beside one with native nested losses, counted and not timed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import keras
import pytest
from packaging.version import Version

from tests.benchmarks.losses import NATIVELY, SIZES, VARIANTS, batch

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(
        Version(keras.__version__) < Version("3.7.0"), reason="native nested losses came with 3.7"
    ),
]

WIDTH, SAMPLES, _ = SIZES["big"]
OURS = ["plain model, log_terms", "losses.Model"]
TERMS = 1024  # bytes: three numbers and a count, each in a buffer of its own, among ten megabytes


def trained(name: str) -> tuple[Any, Any]:
    """A model that has made a step, so that everything is built, and its batch."""
    model, (x, y) = VARIANTS[name](WIDTH), batch(SAMPLES)
    model.fit(x, y, batch_size=SAMPLES, verbose=0)
    return model, (x, y)


def operations(name: str) -> Counter[str]:
    """The operations of a step's graph on tensorflow, by kind."""
    import tensorflow as tf

    model, data = trained(name)
    step = tf.function(lambda *data: model.train_step(data)).get_concrete_function(
        *tf.nest.map_structure(tf.convert_to_tensor, data)
    )
    graph = step.graph.as_graph_def()
    bodies = [graph.node, *(function.node_def for function in graph.library.function)]
    return Counter(node.op for body in bodies for node in body)


@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="reads the graph of tensorflow")
def test_a_graph_has_fewer_operations() -> None:
    """The same matrix products, and less bookkeeping: one vector of terms in place of a mean for each."""
    native = operations(NATIVELY)
    for name in OURS:
        ours = operations(name)
        assert ours["MatMul"] == native["MatMul"] > 0, name
        assert ours["AssignVariableOp"] < native["AssignVariableOp"], name
        assert ours.total() < native.total(), name


def compiled(name: str) -> Any:
    """A step as XLA made it on jax."""
    import jax

    model, data = trained(name)
    state = tuple(
        [variable.value for variable in variables]
        for variables in (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
    )
    return jax.jit(model.train_step).lower(state, data).compile()


@pytest.mark.skipif(keras.config.backend() != "jax", reason="asks XLA")
def test_a_compiled_step_takes_no_more_work_or_memory() -> None:
    """Beyond the terms themselves: as many operations on floats, as many bytes set aside."""
    native = compiled(NATIVELY)
    for name in OURS:
        ours = compiled(name)
        flops, theirs = (step.cost_analysis()["flops"] for step in (ours, native))
        print(f"{name}: {flops:.0f} of {theirs:.0f} flops, {memory(ours)} of {memory(native)} bytes")
        assert flops <= theirs, name
        assert memory(ours) <= memory(native) + TERMS, name


def memory(step: Any) -> int:
    """The bytes that a step sets aside."""
    taken = step.memory_analysis()
    return int(taken.temp_size_in_bytes + taken.output_size_in_bytes)
