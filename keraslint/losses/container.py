"""How a loss for the whole output survives plain ``compile``: the one place that knows Keras from inside.

``compile(loss=one_loss)`` gives the loss to every leaf of the outputs. From Keras 3.7 on, a *container* of
losses that is no list or tuple of the outputs' own kind gives each of its elements the whole node ("several
losses for one output", ``CompileLoss._build_nested``). So ``NestedLoss`` is made known to ``keras.tree`` as a
container of one loss, which Keras takes apart into ``Whole``. Registering a container is the only step that
Keras does not export; where it cannot be taken, plain ``compile`` raises and says what to write instead.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import keras
from packaging.version import Version

T = TypeVar("T", bound=type)

FIRST_WITH_NESTED_LOSSES = Version("3.7.0")


class Whole(NamedTuple):
    """What Keras finds instead of a ``NestedLoss``: one loss for the node, beside a container of none.

    The empty tuple keeps Keras from spreading a container of one loss over a container of one output. A named
    tuple of our own is never the kind of the outputs, so that Keras does not walk it beside them.
    """

    loss: Any
    none: tuple[()] = ()


def plain_compile_sees_the_whole() -> bool:
    """Whether this Keras hands a loss in a container the whole output."""
    return Version(keras.__version__) >= FIRST_WITH_NESTED_LOSSES


def register(cls: T) -> T:
    """Make ``cls`` a container of ``keras.tree``: it needs ``tree_flatten`` and its companions.

    ``keras.src.tree`` registers with whichever library (optree, dm-tree, torch) serves the backend.
    """
    if plain_compile_sees_the_whole():
        from keras.src.tree import register_tree_node_class  # noqa: PLC0415 - absent from older versions

        register_tree_node_class(cls)
    return cls
