"""Which data each input of a functional model gets: the inputs as declared and the data as given enter, pairs
of their paths leave. Mirrors keras/src/models/functional.py and keras/src/layers/input_spec.py.

======  ===========  ====================================================================================
clause  versions     what the model does
======  ===========  ====================================================================================
I10     3.0 -        each name, or the right number of data, has to be there (but for JAX's compiled steps)
I11     3.0 - 3.3    a dict is read by the keys or names of the inputs
I12     3.4 - 3.6    a dict is flattened by its sorted keys, whatever the inputs are called
I13     3.4 -        ... also for inputs in a dict
I14     3.7 -        a dict is read by the names of inputs that stand in no dict
I15     3.0 -        anything else is flattened and goes to the inputs one by one, in a dict by sorted keys
I16     3.8 -        ... but not to inputs in a dict that was not written in sorted order
======  ===========  ====================================================================================

Held against the record of every release (``fixtures/conformance``, group I and ``inputs.json``) and against
the Keras that is installed. It does not know shapes, by which Keras may find out that data were exchanged,
and nothing of nested inputs, nor of an ``OrderedDict``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.model import By, Fault
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.versions import Version
from keraslint.tree import MAPPINGS, SEQUENCES, Branch, Leaf

if TYPE_CHECKING:
    from keraslint.pairing.model import Backend, Outputs, Token
    from keraslint.tree import Path, Tree


@dataclass(frozen=True)
class Taken:
    """Each input with the data that it gets, and what brought them together."""

    pairs: tuple[tuple[Path, Path], ...]
    by: By


def taken(inputs: Outputs, given: Tree[Token], version: Version, backend: Backend) -> Taken | None:
    """What a functional model does with data; None where that is not known. Raises ``RefusedError``."""
    declared = _declared(inputs)
    if declared is None or _is_deep(given):
        return None
    if isinstance(given, Branch) and given.kind in MAPPINGS:
        return _of_dict(inputs, declared, given, version, backend)
    data = [(key,) for key in given.keys] if isinstance(given, Branch) else [()]
    if len(data) != len(declared):
        # I10: if len(inputs) != len(input_spec): raise ValueError
        message = f"expects {len(declared)} input(s), but it received {len(data)} input tensors."
        _refuse(message, "I10", backend)
        return None
    # I16: list(self._inputs_struct.keys()) != sorted(self._inputs_struct.keys()): raise_exception = True
    if version >= Version(3, 8, 0) and list(declared) != _written(inputs):
        message = "The structure of `inputs` doesn't match the expected structure."
        raise RefusedError(Fault.INPUTS, "ValueError", message, "I16")
    # I15: flat_inputs = tree.flatten(inputs)
    by = By.SORTED if isinstance(inputs, Branch) and inputs.kind in MAPPINGS else By.POSITION
    return Taken(tuple(zip(declared, data, strict=True)), by)


def _refuse(message: str, clause: str, backend: Backend) -> None:
    """JAX does not check in its compiled steps, and takes what there is."""
    if backend != "jax":
        raise RefusedError(Fault.INPUTS, "ValueError", message, clause)


def _declared(inputs: Outputs) -> dict[Path, str | None] | None:
    """The inputs in Keras's order with their names, a dict's by its keys; None for nested inputs."""
    if isinstance(inputs, Leaf):
        return {(): inputs.value}
    if inputs.open or any(not isinstance(child, Leaf) for child in inputs.children):
        return None
    if inputs.kind == "dict":
        return {(key,): str(key) for key in sorted(inputs.keys, key=str)}
    if inputs.kind not in SEQUENCES:
        return None
    return {(key,): child.value for key, child in inputs.items if isinstance(child, Leaf)}


def _written(inputs: Outputs) -> list[Path]:
    return [(key,) for key in inputs.keys] if isinstance(inputs, Branch) else [()]


def _is_deep(given: Tree[Token]) -> bool:
    if isinstance(given, Leaf):
        return False
    flat = all(isinstance(child, Leaf) for child in given.children)
    return given.open or not flat or given.kind in {"namedtuple", "ordered_dict"}


def _of_dict(
    inputs: Outputs,
    declared: dict[Path, str | None],
    given: Branch[Token],
    version: Version,
    backend: Backend,
) -> Taken | None:
    names = [name for name in declared.values() if name is not None]
    if len(names) != len(declared):
        return None
    in_dict = isinstance(inputs, Branch) and inputs.kind in MAPPINGS
    flattened = version >= Version(3, 4, 0) and (in_dict or version < Version(3, 7, 0))
    missing = [name for name in names if name not in given.keys]
    if missing:
        # I10: if name not in inputs: raise ValueError(f'Missing data for input "{name}". ...
        message = (
            f'Missing data for input "{missing[0]}". You passed a data dictionary with keys {given.keys}.'
        )
        _refuse(message, "I10", backend)
        return None
    if not flattened:
        # I11: return [inputs[n] for n in ref_input_names]
        # I14: inputs = [inputs[i.name] for i in self._inputs_struct]
        return Taken(tuple((path, (name,)) for path, name in declared.items() if name), By.NAME)
    # I12, I13: return tree.flatten(inputs)
    data = [(key,) for key in sorted(given.keys, key=str)]
    by = By.NAME if in_dict and len(data) == len(declared) else By.SORTED
    return Taken(tuple(zip(declared, data, strict=False)), by)
