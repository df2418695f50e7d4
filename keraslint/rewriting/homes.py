"""A part of a site enters; the display that it was written as leaves, if it is used for nothing else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.rewriting.containers import Container
from keraslint.rewriting.following import Following
from keraslint.rewriting.reaching import definitions
from keraslint.sites.model import Given
from keraslint.sites.reading import heads, label
from keraslint.tree import Branch, at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.findings import Location
    from keraslint.rewriting.following import Role
    from keraslint.sites.model import TrainingSite
    from keraslint.sites.sources import Sources
    from keraslint.tree import Path


def agreed(site: TrainingSite, part: Given) -> bool:
    """Whether every site that takes this part has the same heads and as many entries for them.

    A call that is reached in several ways is several sites; one edit has to be right for all.
    """
    taking = () if site.sources is None else site.sources.taking(part.location)
    return len({_shape(other, one) for other, one in taking}) <= 1


def _shape(site: TrainingSite, part: Given) -> tuple[object, ...]:
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    declared = () if outputs is None else tuple((head, label(outputs, head)) for head in heads(outputs))
    return declared, part.tree.keys if isinstance(part.tree, Branch) else None


def container(sources: Sources | None, part: Given, path: Path = ()) -> Container | None:
    """The display that a container of a part was written as, whatever else it is used for."""
    tree = at(part.tree, path)
    places = dict(part.entries)
    if sources is None or not isinstance(tree, Branch) or not tree.items:
        return None
    locations = [places.get((*path, key)) for key in tree.keys]
    first = locations[0]
    source = None if first is None else sources.source(first.document)
    if source is None:
        return None
    nodes = [None if one is None or one.document != source.path else source.node(one) for one in locations]
    around = None if nodes[0] is None else source.parents.get(nodes[0])
    if not isinstance(around, ast.List | ast.Tuple | ast.Dict):
        return None
    found = Container(source, around)
    return found if found.plain and found.values == nodes else None


def own_container(site: TrainingSite, part: Given, path: Path = ()) -> Container | None:
    """The same, where it is used for this part of this site alone."""
    calls = [call.location for call in (site.compiled, site.data) if call is not None]
    if not agreed(site, part):
        return None
    return private_container(site.sources, part, calls, path, role=_role(site, part))


def _role(site: TrainingSite, part: Given) -> Role:
    if site.data is None or part not in (site.data.inputs, site.data.batch):
        return "a part"
    return "inputs" if part == site.data.inputs else "a batch"


def private_container(  # noqa: PLR0913 - the value, who takes it, and how
    sources: Sources | None,
    part: Given,
    calls: Sequence[Location],
    path: Path = (),
    *,
    alone: bool = True,
    role: Role = "a part",
) -> Container | None:
    """The same, where nothing but these calls takes it, as what it is to be; ``alone``, where they take
    nothing else instead.
    """
    found = container(sources, part, path)
    if found is None or sources is None:
        return None
    return None if Following(sources, calls, alone, role).strays(found.source, found.node) else found


def private_containers(sources: Sources, part: Given, calls: Sequence[Location]) -> list[Container]:
    """The same; all of them where a name is given a display of one length in each branch; none if not."""
    found = private_container(sources, part, calls)
    source = sources.source(part.location.document)
    node = None if source is None else source.node(part.location)
    if found is not None or source is None or not isinstance(node, ast.Name):
        return [] if found is None else [found]
    following = Following(sources, calls, alone=False)
    made = []
    for statement in definitions(source, node) or ():
        display = statement.value if isinstance(statement, ast.Assign) else None
        if not isinstance(display, ast.List | ast.Tuple) or following.strays(source, display):
            return []
        made.append(Container(source, display))
    count = len(part.tree.items) if isinstance(part.tree, Branch) else 0
    return made if all(one.plain and len(one.values) == count for one in made) else []
