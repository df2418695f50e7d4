"""Classes of the program: where a method is found, and which Keras class they come from."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.inference import symbols
from keraslint.inference.values import Class, Function, Symbol, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.inference.values import Value

CUSTOM_TRAINING = (
    "compute_loss",
    "compute_metrics",
    "train_step",
    "test_step",
    "compile",
    "fit",
    "evaluate",
    "train_on_batch",
    "make_train_function",
    "_compute_loss",
)
"""Methods that, overridden, make the pairing the program's own affair."""

MAX_BASES = 32
"""Classes looked through for a method."""


def lineage(cls: Class) -> Iterator[Value]:
    """The class and its bases, nearest first (depth first, as Python does for single inheritance)."""
    todo: list[Value] = [cls]
    for _ in range(MAX_BASES):
        if not todo:
            return
        one = todo.pop(0)
        yield one
        if isinstance(one, Class):
            todo[:0] = one.bases


def find(cls: Class, name: str, after: Class | None = None) -> Value | None:
    """The class attribute or method ``name``, looked for behind ``after`` in the lineage if that is given."""
    passed = after is None
    for one in lineage(cls):
        if passed and isinstance(one, Class):
            found = dict(one.attributes).get(name)
            if found is not None:
                return found
        passed = passed or one == after
    return None


def keras_base(cls: Class) -> str | None:
    """The first symbol that the class comes from."""
    return next((one.name for one in lineage(cls) if isinstance(one, Symbol)), None)


def has_unknown_base(cls: Class) -> bool:
    """Whether some base is not understood."""
    return unknown_base(cls) is not None


KNOWN_BASES = ("keras.", "builtins.object")


def unknown_base(cls: Class) -> str | None:
    """The first base that is not understood, as it is written."""
    for one in lineage(cls):
        if isinstance(one, Class):
            for written, base in zip(one.node.bases, one.bases, strict=False):
                if isinstance(base, Unknown) or (
                    isinstance(base, Symbol) and not base.name.startswith(KNOWN_BASES)
                ):
                    return ast.unparse(written)
    return None


def is_model(cls: Class) -> bool:
    """Whether instances are Keras models."""
    return keras_base(cls) in {symbols.MODEL, symbols.SEQUENTIAL}


def is_layer(cls: Class) -> bool:
    """Whether instances are Keras layers."""
    base = keras_base(cls)
    return base is not None and symbols.is_layer(base)


def custom(cls: Class) -> str | None:
    """Why models of this class do not train as Keras does by itself."""
    name = next((name for name in CUSTOM_TRAINING if find(cls, name) is not None), None)
    return None if name is None else f"'{name}' is overridden in class {cls.node.name}"


def decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The last names of a function's decorators."""
    names = []
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        names.append(target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "?"))
    return names


TRANSPARENT = frozenset(
    {
        "staticmethod",
        "classmethod",
        "property",
        "cached_property",
        "function",
        "override",
        "register_keras_serializable",
        "wraps",
        "abstractmethod",
        "filter_jit",
        "jit",
        "typechecked",
        "lru_cache",
        "cache",
        "no_type_check",
        "final",
        "do_not_convert",
        "do_not_doc_inheritable",
    }
)
"""Decorators under which a function still gives what its body returns."""


def opaque(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The decorator that may make the function something else, if any."""
    return next((name for name in decorators(node) if name not in TRANSPARENT), None)


def bind(function: Value, receiver: Value) -> Value:
    """A function found on a class, as it is found on an instance."""
    if not isinstance(function, Function) or isinstance(function.node, ast.Lambda):
        return function
    if "staticmethod" in decorators(function.node):
        return function
    return Function(function.node, function.frame, receiver, function.owner)
