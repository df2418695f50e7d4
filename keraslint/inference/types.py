"""``isinstance``, ``type`` and ``hasattr``: the types that a value has, as far as they are known.

A value and the classes that it is held against go in, a constant comes out, or an unknown that is equal for
equal questions. Of a stranger's class it is known at most that a list, a dict or a string is none of it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from keraslint.inference import classes, symbols
from keraslint.inference.values import (
    Array,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    List,
    Model,
    Symbol,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    import ast

    from keraslint.inference.core import Arguments, Run
    from keraslint.inference.values import Object

_ANY = frozenset({"builtins.object"})
_GROUP = _ANY | {f"collections.abc.{name}" for name in ("Collection", "Container", "Iterable", "Sized")}
_SEQUENCE = _GROUP | {"collections.abc.Reversible", "collections.abc.Sequence"}
_MAPPING = _GROUP | {f"collections.abc.{name}" for name in ("Mapping", "MutableMapping", "Reversible")}
_NUMBER = _ANY | {f"numbers.{name}" for name in ("Number", "Complex", "Real")}
_INTEGER = _NUMBER | {"builtins.int", "numbers.Integral", "numbers.Rational", "six.integer_types"}

TYPES: dict[str, frozenset[str]] = {
    "list": _SEQUENCE | {"builtins.list", "collections.abc.MutableSequence"},
    "tuple": _SEQUENCE | {"builtins.tuple"},
    "dict": _MAPPING | {"builtins.dict"},
    "OrderedDict": _MAPPING | {"builtins.dict", "collections.OrderedDict"},
    "str": _SEQUENCE | {"builtins.str", "six.string_types"},
    "bytes": _SEQUENCE | {"builtins.bytes"},
    "int": _INTEGER,
    "bool": _INTEGER | {"builtins.bool"},
    "float": _NUMBER | {"builtins.float"},
    "complex": _ANY | {"builtins.complex", "numbers.Number", "numbers.Complex"},
    "NoneType": _ANY | {"types.NoneType"},
}
"""The classes that an object of Python's own types is an instance of."""

_STRANGERS = frozenset(
    {"builtins", "collections", "numbers", "numpy", "pandas", "tensorflow", "keras", "torch", "jax", "scipy"}
)
"""Where classes come from that are not Python's own, or that nothing is said of above."""

_OWN = frozenset().union(*TYPES.values()) - _GROUP - {"collections.abc.Reversible"}
"""Classes of which a tensor, a model or a function is no instance."""


def is_instance(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    """``isinstance(value, classes)``."""
    given, wanted = arguments.get("obj", 0), arguments.get("class_or_tuple", 1)
    if given is None or wanted is None:
        return run.unknown("a type that is not known")
    return run.each(given.value, lambda thing: _held_against(run, thing, wanted.value))


def _held_against(run: Run, thing: Value | Object, wanted: Value) -> Value:
    each = [item.value for item in wanted.items] if isinstance(wanted, Tuple) else [wanted]
    known = not isinstance(wanted, Tuple) or wanted.rest is None
    verdicts = [_is_a(thing, one) for one in each]
    if True in verdicts:
        return Const(value=True)
    if known and None not in verdicts:
        return Const(value=False)
    names = [one.name for one in each if isinstance(one, Symbol)]
    asked = _question("isinstance", thing, ", ".join(names)) if known and len(names) == len(each) else ""
    return run.unknown("a type that is not known", asked)


def _question(function: str, thing: Value | Object, about: str) -> str:
    """What makes two questions one: the value that is not known, and what is asked of it."""
    return f"{function}({thing.key}, {about})" if isinstance(thing, Unknown) and thing.key else ""


def _is_a(thing: Value | Object, wanted: Value) -> bool | None:
    if isinstance(wanted, Symbol):
        return _is_a_symbol(thing, _spelled(wanted.name))
    if not isinstance(wanted, Class):
        return None
    owner = thing.cls if isinstance(thing, Instance | Model) else None
    if owner is not None and wanted in classes.lineage(owner):
        return True
    own = isinstance(thing, List | Dict | Tuple | Const)
    return False if own and not classes.has_unknown_base(wanted) else None


def _is_a_symbol(thing: Value | Object, name: str) -> bool | None:
    types = TYPES.get(_name(thing))
    if types is not None:
        return name in types or (False if name.partition(".")[0] in _STRANGERS else None)
    match thing:
        case Model(kind=kind):
            wanted = {symbols.MODEL, symbols.SEQUENTIAL} if kind == "sequential" else {symbols.MODEL}
            return True if name in wanted else _none_of(name)
        case Tensor() | Function():
            return _none_of(name)
        case Array(by=made) if made is not None:
            # Of other arrays it is not known that they are none: train_test_split gives lists for lists.
            return _none_of(name)
    return None


def _none_of(name: str) -> bool | None:
    return False if name in _OWN else None


def _name(thing: Value | Object) -> str:
    match thing:
        case List():
            return "list"
        case Tuple():
            return "tuple"
        case Dict(ordered=ordered):
            return "OrderedDict" if ordered else "dict"
        case Const(value=constant):
            return type(constant).__name__
    return ""


def _spelled(name: str) -> str:
    """The one name of a class that has several, in ``typing`` and, in Python 2, in ``collections``."""
    home, _, last = name.rpartition(".")
    if home == "typing" and f"builtins.{last.lower()}" in _OWN:
        return f"builtins.{last.lower()}"
    if home in {"typing", "collections"} and f"collections.abc.{last}" in _SEQUENCE | _MAPPING:
        return f"collections.abc.{last}"
    return name


def type_of(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    """``type(value)`` of an object of Python's own types."""
    given = arguments.get("object", 0)

    def one(thing: Value | Object) -> Value:
        name = _name(thing)
        if name == "OrderedDict":
            return Symbol("collections.OrderedDict")
        return Symbol(f"builtins.{name}") if name else run.unknown("a type that is not known")

    return run.unknown("a type") if given is None else run.each(given.value, one)


BUILTIN: dict[str, type] = {
    one.__name__: one for one in (list, tuple, dict, OrderedDict, str, bytes, int, bool, float, complex)
}

_OF_MODELS = frozenset(
    {
        "build",
        "call",
        "compile",
        "evaluate",
        "fit",
        "get_config",
        "get_layer",
        "get_weights",
        "layers",
        "load_weights",
        "losses",
        "metrics",
        "name",
        "optimizer",
        "predict",
        "predict_on_batch",
        "save",
        "save_weights",
        "set_weights",
        "summary",
        "test_on_batch",
        "train_on_batch",
        "trainable",
        "trainable_weights",
        "weights",
    }
)
_OF_GRAPHS = _OF_MODELS | {"input", "input_shape", "inputs", "output", "output_shape", "outputs"}


def has(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    """``hasattr(value, name)``, where it is known to be so, or the object is of one of Python's own types."""
    given, wanted = arguments.get("obj", 0), arguments.get("name", 1)
    if given is None or wanted is None or not isinstance(wanted.value, Const):
        return run.unknown("an attribute that is not known")
    name = str(wanted.value.value)

    def one(thing: Value | Object) -> Value:
        known = _has(thing, name)
        if known is not None:
            return Const(known)
        return run.unknown("an attribute that is not known", _question("hasattr", thing, name))

    return run.each(given.value, one)


def _has(thing: Value | Object, name: str) -> bool | None:
    kind = BUILTIN.get(_name(thing))
    if kind is not None:
        return hasattr(kind, name)
    if not isinstance(thing, Instance | Model):
        return None
    held = any(name == attribute for attribute, _ in thing.attributes)
    if held or (thing.cls is not None and classes.find(thing.cls, name) is not None):
        return True
    if not isinstance(thing, Model):
        return None
    return True if name in (_OF_MODELS if thing.kind == "subclass" else _OF_GRAPHS) else None
