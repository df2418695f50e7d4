"""The heads of a Keras 2 model: outputs enter, heads with their order and output names leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.keras2_nest import Structure, flatten, has_mapping, is_flat_sequence, walk
from keraslint.tree import MAPPINGS, Branch, Leaf, at, leaves, map_leaves

if TYPE_CHECKING:
    from keraslint.pairing.model import Outputs, Request
    from keraslint.tree import Path


@dataclass(frozen=True)
class Heads:
    """``structure`` is what the model returns; ``names`` go with the flattened heads, None is unknown."""

    structure: Structure
    paths: tuple[Path, ...]
    names: tuple[str | None, ...]
    clauses: frozenset[str] = frozenset()

    @property
    def takes_names(self) -> bool:
        """Whether a dict is read by output names: the outputs are a single one or a flat sequence."""
        return isinstance(self.structure, Leaf) or is_flat_sequence(self.structure)

    @property
    def is_mapping(self) -> bool:
        """Whether the model returns a dict."""
        return isinstance(self.structure, Branch) and self.structure.kind in MAPPINGS


def heads_of(request: Request) -> Heads:
    """The heads as the containers of losses and metrics see them."""
    returned: Structure = map_leaves(request.outputs, lambda path, _: path)
    built = request.kind != "subclass"
    structure = _unwrapped(returned) if built else returned
    paths = tuple(path for path in flatten(structure) if path is not None)
    names = _layer_names(request.outputs, paths) if built else _pseudo_names(structure)
    clauses = {"K2.4" if built else "K2.5"}
    clauses |= {"K2.1"} if has_mapping(structure) else set()
    clauses |= {"K2.3"} if structure is not returned else set()
    return Heads(structure, paths, names, frozenset(clauses))


# K2.3  A functional model with a list of one output returns that output.
#   if isinstance(outputs, list) and len(tf.nest.flatten(outputs)) == 1: outputs = outputs[0]
#                                                (engine/functional.py, Functional._init_graph_network)
#   Shown by ONE/one_list/loss=str/y=array.
def _unwrapped(structure: Structure) -> Structure:
    if isinstance(structure, Branch) and structure.kind == "list" and len(list(leaves(structure))) == 1:
        return structure.children[0]
    return structure


# K2.4  The output names of a functional model are those of the layers that make the heads, in flattened
#   order; a layer that makes several is numbered.
#   proposal = f"{layer.name}_{existing_count}"    (engine/functional.py, Functional._set_output_names)
#   Shown by LY/shared_dict/loss=dict/y=dict.
def _layer_names(outputs: Outputs, paths: tuple[Path, ...]) -> tuple[str | None, ...]:
    taken: list[str | None] = []
    counts: dict[str, int] = {}
    for path in paths:
        leaf = at(outputs, path)
        name = leaf.value if isinstance(leaf, Leaf) else None
        taken.append(None if name is None else _unique(name, taken, counts))
    return tuple(taken)


def _unique(name: str, taken: list[str | None], counts: dict[str, int]) -> str:
    proposal = name
    while proposal in taken:
        counts[name] = counts.get(name, 0) + 1
        proposal = f"{name}_{counts[name]}"
    return proposal


# K2.5  A subclassed model has the paths of its heads for output names, counted from 1.
#   name = "_".join(str(p) for p in path); if isinstance(path[0], int): name = prefix + name
#                                               (engine/compile_utils.py, _create_pseudo_names)
#   Shown by LY/sub_tupBA/loss=list/y=tuple.
def _pseudo_names(structure: Structure) -> tuple[str, ...]:
    return tuple(_pseudo_name(path) for path, _ in walk(structure))


def _pseudo_name(path: Path) -> str:
    if not path:
        return "output_1"
    counted = (key + 1 if isinstance(key, int) else key for key in path)
    name = "_".join(map(str, counted))
    return f"output_{name}" if isinstance(path[0], int) else name
