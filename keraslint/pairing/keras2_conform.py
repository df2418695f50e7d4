"""How Keras 2 fits a structure to the outputs: a written part enters, one thing for each head leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.keras2_nest import NOTHING, Ref, Structure, flatten, has_mapping
from keraslint.pairing.model import Absent, By, Unseen
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.tree import MAPPINGS, Branch, Leaf, map_leaves, sequence

if TYPE_CHECKING:
    from keraslint.pairing.keras2_heads import Heads
    from keraslint.pairing.model import Fault, Part
    from keraslint.tree import Path


@dataclass(frozen=True)
class Conformed:
    """``structure`` as Keras goes on with it; ``by`` is None where its flattened order alone pairs it."""

    structure: Structure
    clause: str
    by: By | None = None

    @property
    def refs(self) -> tuple[Ref, ...]:
        """What Keras zips with the heads."""
        return flatten(self.structure)


def written(part: Part, heads: Heads) -> Structure:
    """A part as a structure of the places where things were written; an unseen part mirrors the outputs."""
    if isinstance(part, Absent):
        return NOTHING
    if isinstance(part, Unseen):
        return heads.structure
    return map_leaves(part, lambda path, value: None if value is None else path)


def conform(heads: Heads, structure: Structure, fault: Fault) -> Conformed:
    """``Container._conform_to_outputs``: first by output names, then missing keys, then one thing for all."""
    if isinstance(structure, Leaf):
        return Conformed(_everywhere(heads, structure), "K2.8", By.BROADCAST)
    if structure.kind in MAPPINGS and heads.takes_names:
        named = _by_output_names(heads, structure, fault)
        return Conformed(_everywhere(heads, named), "K2.6", By.NAME)
    if structure.kind in MAPPINGS and heads.is_mapping:
        return Conformed(_with_missing_keys(heads, structure), "K2.7")
    return Conformed(structure, "K2.9")


# K2.6  For a single output or a flat sequence of outputs, a dict is read by output names; a missing name is a
#   None, a name too many is refused.
#   new_struct = [struct.pop(name, None) for name in output_names]
#   if struct: raise ValueError("Found unexpected losses or metrics that do not correspond ...")
#   if len(new_struct) == 1: return new_struct[0]      (engine/compile_utils.py, map_to_output_names)
#   Shown by LY/listBA/loss=list/y=dict_rev, LY/listBA/loss=list/y=dict_extra, K2/outputs/tuple_of_one_dict.
def _by_output_names(heads: Heads, structure: Branch[Ref], fault: Fault) -> Structure:
    children = dict(structure.items)
    found = [NOTHING if name is None else children.pop(name, NOTHING) for name in heads.names]
    if children and None in heads.names:
        keys = ", ".join(map(repr, children))
        reason = f"a head has no known output name, and {keys} may be it"
        raise UnknownError(reason)
    if children:
        message = (
            "Found unexpected losses or metrics that do not correspond to any Model output: "
            f"dict_keys({list(children)}). Valid mode output names: {list(heads.names)}."
        )
        raise RefusedError(fault, "ValueError", message, "K2.6")
    return found[0] if len(found) == 1 else sequence("list", found)


# K2.7  For a dict of outputs, the keys that a dict lacks are added with None, at the top only; keys too many
#   stay, and shift what is zipped by position.
#   for k in y_pred.keys(): if k not in struct: struct[k] = None
#                                             (engine/compile_utils.py, map_missing_dict_keys)
#   Shown by LY/dictBA/loss=dict_miss1/y=dict, W/dictBA/loss=list/w=dict_extra.
def _with_missing_keys(heads: Heads, structure: Branch[Ref]) -> Structure:
    wanted = heads.structure.keys if isinstance(heads.structure, Branch) else ()
    missing = tuple((key, NOTHING) for key in wanted if key not in structure.keys)
    return Branch(structure.kind, structure.items + missing)


# K2.8  One thing that is not a container goes to every output.
#   if not tf.nest.is_nested(struct) and tf.nest.is_nested(outputs):
#       struct = tf.nest.map_structure(lambda _: struct, outputs)
#                                            (engine/compile_utils.py, Container._conform_to_outputs)
#   Shown by LY/listBA/loss=str1/y=single0.
def _everywhere(heads: Heads, structure: Structure) -> Structure:
    if isinstance(structure, Leaf):
        return map_leaves(heads.structure, lambda _, __: structure.value)
    return structure


# K2.9  Whatever else was given is flattened and zipped with the flattened heads, and nobody compares the two
#   structures: a list for a dict of outputs goes by the sorted keys of the outputs.
#   y_true = tf.nest.flatten(y_true); ...; for y_t, y_p, sw, ... in zip(*zip_args)
#                                                (engine/compile_utils.py, LossesContainer.__call__)
#   Shown by LY/dictBA/loss=list/y=dict.
def pairing_by(heads: Heads, conformed: Conformed, head: Path, ref: Path) -> By:
    """What paired a head with the thing written at ``ref``."""
    if conformed.by is By.NAME:
        return By.NAME
    if len(heads.paths) == 1:
        return By.ONLY
    if conformed.by is not None:
        return conformed.by
    if ref[: len(head)] == head:
        return By.NAME if any(isinstance(key, str) for key in head) else By.POSITION
    sorts = has_mapping(heads.structure) or has_mapping(conformed.structure)
    return By.SORTED if sorts else By.POSITION
