"""Steps of training of the program's own: a class of models enters, what Keras 3 lacks of it is reported.

Such a step is not run, so that what it pairs is not known.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.inference import classes
from keraslint.inference.events import ModelSeen, OldEvent
from keraslint.inference.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.inference.core import Run
    from keraslint.inference.values import Class

# tf_keras/src/engine/training.py; keras/src/backend/tensorflow/trainer.py has shims for them.
GONE = frozenset({"compiled_loss", "compiled_metrics"})


def examined(run: Run, cls: Class) -> None:
    """Report each place of a class of models that reads ``compiled_loss`` or ``compiled_metrics``."""
    if run.silent() or run.expecting or not classes.is_model(cls):
        return
    if any(classes.find(cls, name) is not None for name in GONE):
        return
    model = ModelSeen(
        cls.origin,
        "subclass",
        Unknown("it is a class, of which no model is made here"),
        None,
        classes.custom(cls),
    )
    for node in _read(cls.node.body):
        run.events.append(OldEvent(model, node.attr, run.origin(node)))


def _read(nodes: list[ast.stmt]) -> Iterator[ast.Attribute]:
    """The places, but for those behind a condition, which may ask for the version."""
    todo: list[ast.AST] = list(nodes)
    while todo:
        node = todo.pop(0)
        match node:
            case ast.If() | ast.Try() | ast.IfExp():
                continue
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Load()) if name in GONE:
                yield node
        todo[:0] = ast.iter_child_nodes(node)
