"""TensorFlow Lite: a model that is converted, run by an interpreter, and its outputs picked by their places.

``tensorflow/lite/python/lite.py`` has the names; a converted model that is written into a
file is not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference import results
from keraslint.inference.values import Const, Converted, Model, Ref

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from keraslint.inference.core import Arguments, Run
    from keraslint.inference.values import Origin, Value

STEPS = {"convert": ("converter", "content"), "get_output_details": ("interpreter", "details")}
"""The methods that lead from one step to the next."""


def _converter(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    given = arguments.get("model", 0)
    if given is not None and isinstance(given.value, Ref) and isinstance(run.object(given.value), Model):
        return Converted("converter", given.value, run.origin(node))
    return run.unknown("a converter of a model that is not known")


def _interpreter(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    match arguments.get("model_content", 1):
        case (Converted(step="content", model=ref, origin=origin), _):
            return Converted("interpreter", ref, origin)
        case _:
            return run.unknown("an interpreter of a model that is not known")


def method(run: Run, converted: Converted, name: str) -> Value:
    """``converter.convert()``, ``interpreter.get_output_details()``."""
    before, after = STEPS.get(name, ("", "details"))
    if converted.step == before:
        return Converted(after, converted.model, converted.origin)
    return run.unknown(f"what '{name}' of a converted model returns")


def pick(run: Run, details: Converted, place: Value, origin: Origin) -> Value:
    """``details[place]``: what stands there of the outputs is for the converter to say."""
    match place:
        case Const(value=int() as index) if details.step == "details" and not isinstance(index, bool):
            results.outputs_used(run, details.model, "index details", origin, index=index)
    return run.unknown("the details of an output")


KNOWN: dict[str, Callable[[Run, Arguments, ast.expr], Value]] = {
    "tensorflow.lite.TFLiteConverter.from_keras_model": _converter,
    "tensorflow.lite.Interpreter": _interpreter,
    "tflite_runtime.interpreter.Interpreter": _interpreter,
    "ai_edge_litert.interpreter.Interpreter": _interpreter,
}
