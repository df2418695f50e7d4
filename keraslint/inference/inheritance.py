"""``super()`` where the program's own classes end and Keras begins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.inference import classes, models, training
from keraslint.inference.snapshot import freeze
from keraslint.inference.values import Class, Const, Instance, Model, Ref, Super, Value

if TYPE_CHECKING:
    import ast

    from keraslint.inference.core import Arguments, Run


def super_call(run: Run, above: Super, name: str, arguments: Arguments, node: ast.expr) -> Value:
    """``super().name(...)``."""
    thing = run.object(above.bound) if isinstance(above.bound, Ref) else None
    if not isinstance(thing, Model | Instance) or not isinstance(above.bound, Ref):
        return run.unknown("super() of a class that is not followed")
    if name == "__init__":
        return _initialised(run, above.bound, thing, above.owner, arguments)
    if isinstance(thing, Model):
        return training.call_method(run, above.bound, name, arguments, node)
    return run.unknown("a base class that is not followed")


def _initialised(run: Run, ref: Ref, thing: Model | Instance, owner: Class, arguments: Arguments) -> Value:
    name = models.text_of(arguments.get("name")) or thing.name
    outputs = arguments.get("outputs", 1 if isinstance(thing, Model) else None)
    if isinstance(thing, Instance):
        # A base from elsewhere that takes inputs and outputs by these names is a functional model.
        if outputs is None or arguments.get("inputs") is None or not classes.has_unknown_base(thing.cls):
            run.state.heap[ref.address] = replace(thing, name=name)
            return Const(None)
        custom = classes.custom(thing.cls)
        thing = Model(
            "functional", thing.cls.origin, cls=thing.cls, attributes=thing.attributes, custom=custom
        )
    if outputs is None or thing.kind == "sequential":
        run.state.heap[ref.address] = replace(thing, name=name)
        return Const(None)
    value: Value = freeze(run, outputs.value)
    if classes.find(owner, "call") is not None:
        value = run.unknown("'call' is overridden in a functional model")
    run.state.heap[ref.address] = replace(
        thing, kind="functional", outputs=value, name=name, outputs_at=outputs.origin
    )
    return Const(None)
