"""A part of a site and what its entries shall be enter; edits leave, None where none is sure to be right."""

from __future__ import annotations

import ast
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeAlias

from keraslint.findings import Edit, Fix, Location, Safety, Span
from keraslint.rewriting import calls
from keraslint.rewriting.containers import Entry, quoted
from keraslint.rewriting.homes import agreed, own_container
from keraslint.rewriting.reaching import definitions
from keraslint.sites.model import Given
from keraslint.sites.reading import heads, is_flat, is_mapping, labels, layer
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keraslint.rewriting.containers import Shape
    from keraslint.sites.model import TrainingSite, Written
    from keraslint.sites.reading import Placement
    from keraslint.sites.sources import Source
    from keraslint.tree import Path, Tree

Edits: TypeAlias = tuple[Edit, ...]


def fix(title: str, safety: Safety, edits: Edits | None) -> tuple[Fix, ...]:
    """A fix, if there are edits for it."""
    return (Fix(title, safety, edits),) if edits else ()


def source_of(site: TrainingSite, location: Location) -> Source | None:
    """The document of a place."""
    return None if site.sources is None else site.sources.source(location.document)


def named(site: TrainingSite, part: Given, names: Sequence[str]) -> Edits | None:
    """The part as a dict, with these keys in the order written; wrapped where the list is out of reach."""
    home = own_container(site, part)
    if home is not None:
        return home.edits("dict", [Entry(place, name) for place, name in enumerate(names)])
    return _zipped(site, part, names)


def placed(
    site: TrainingSite, part: Given, order: Sequence[int | str], shape: Shape = "list", path: Path = ()
) -> Edits | None:
    """A container of the part with the old entries in this order; a text is a new entry."""
    home = own_container(site, part, path)
    return None if home is None else home.edits(shape, [Entry(take) for take in order])


def rekeyed(site: TrainingSite, part: Given, entries: Sequence[tuple[str, int | str]]) -> Edits | None:
    """The part as a dict of these keys, each with an old entry or a new text."""
    home = own_container(site, part)
    return None if home is None else home.edits("dict", [Entry(take, key) for key, take in entries])


def repeated(site: TrainingSite, part: Given, *, named: bool, deep: bool = False) -> Edits | None:
    """One thing for all as a container with it for every head; ``deep`` takes a list of things for one."""
    source = source_of(site, part.location)
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    node = None if source is None else source.node(part.location)
    simple = ast.List if deep else ast.Constant | ast.Name | ast.Attribute | ast.Call
    if source is None or outputs is None or not isinstance(node, simple) or not agreed(site, part):
        return None
    text = source.text(part.location.span)
    if "\n" in text or "#" in text:
        return None
    if not named:
        return (Edit(part.location, f"[{', '.join([text] * len(heads(outputs)))}]"),)
    keys = [key_of(outputs, head) for head in heads(outputs)]
    if None in keys or len(set(keys)) != len(keys):
        return None
    entries = ", ".join(f"{quoted(str(key), source.quote)}: {text}" for key in keys)
    return (Edit(part.location, "{" + entries + "}"),)


def around(location: Location, before: str, after: str) -> Edits:
    """An expression with something before and behind it."""
    span = location.span
    first = Span(span.line, span.column, span.line, span.column)
    last = Span(span.end_line, span.end_column, span.end_line, span.end_column)
    return Edit(Location(location.document, first), before), Edit(Location(location.document, last), after)


def grouped(site: TrainingSite, first: Location, last: Location) -> Edits | None:
    """Neighbours in a tuple, from the first to the last, as a tuple of their own."""
    source = source_of(site, first)
    if source is None or first.document != last.document:
        return None
    nodes = [source.node(first), source.node(last)]
    around_ = [None if node is None else source.parents.get(node) for node in nodes]
    if nodes[0] is nodes[1] or around_[0] is not around_[1] or not isinstance(around_[0], ast.Tuple):
        return None
    return *around(first, "(", "")[:1], *around(last, "", ")")[1:]


def key_of(outputs: Tree[Written], head: Path) -> str | None:
    """The key by which a dict addresses a head: its own in a flat dict of outputs, else its layer's name."""
    if not is_flat(outputs):
        return None
    if is_mapping(outputs):
        return head[0] if head and isinstance(head[0], str) else None
    return layer(outputs, head)


def both(site: TrainingSite, part: Given, placement: Placement, entries: str) -> tuple[Fix, ...]:
    """The two honest fixes of entries that Keras pairs in another order, as a dict; one where they agree."""
    if not _complete(site, part, placement):
        return ()
    given, meant = list(placement.given), list(placement.meant)
    if given == meant:
        title = f"Name these {entries}: {given}, the order that is written and that Keras uses"
        return fix(title, Safety.SAFE, named(site, part, given))
    return (
        *fix(_kept(entries, given), Safety.SAFE, named(site, part, given)),
        *fix(_changed(entries, given, meant), Safety.UNSAFE, named(site, part, meant)),
    )


def both_by_position(site: TrainingSite, part: Given, placement: Placement, entries: str) -> tuple[Fix, ...]:
    """The same for entries under names, as a list in the order of the heads."""
    if not _complete(site, part, placement) or not isinstance(site.outputs, Given):
        return ()
    names = [layer(site.outputs.tree, head) for head in heads(site.outputs.tree)]
    given, meant = list(placement.given), list(placement.meant)
    if set(names) != set(given):
        return ()
    keep: list[int | str] = [given.index(name) for name in names if name]
    change: list[int | str] = [meant.index(name) for name in names if name]
    kept = fix(_kept(entries, given), Safety.SAFE, placed(site, part, keep))
    if keep == change:
        return kept
    return (
        *kept,
        *fix(_changed(entries, given, meant), Safety.UNSAFE, placed(site, part, change)),
    )


def _kept(entries: str, given: list[str]) -> str:
    return f"Keep what is trained: write these {entries} for {given}, as Keras pairs them"


def _changed(entries: str, given: list[str], meant: list[str]) -> str:
    return f"Train what is written: these {entries} for {meant}, where Keras pairs them with {given}"


def _complete(site: TrainingSite, part: Given, placement: Placement) -> bool:
    """Whether each entry has a head, each another, that one key names."""
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    return (
        isinstance(part.tree, Branch)
        and outputs is not None
        and is_flat(outputs)
        and labels(outputs) is not None
        and len(set(placement.given)) == len(set(placement.meant)) == len(part.tree.items)
    )


def _zipped(site: TrainingSite, part: Given, names: Sequence[str]) -> Edits | None:
    """``dict(zip([names], part))``: for a list that is made out of reach of an edit."""
    source = source_of(site, part.location)
    node = None if source is None else source.node(part.location)
    if source is None or node is None or isinstance(node, ast.Tuple) or not isinstance(part.tree, Branch):
        return None
    if is_mapping(part.tree) or not agreed(site, part):
        return None
    keys = ", ".join(quoted(name, source.quote) for name in names)
    return around(part.location, f"dict(zip([{keys}], ", "))")


def respelled(
    site: TrainingSite,
    part: Given,
    outputs: Tree[Written],
    absent: str | None = None,
    *,
    partial: bool = False,
) -> tuple[Edits, dict[str, str]] | None:
    """A dict whose keys are not the heads': each strange key as the head that it is closest to.

    Heads for which nothing was written get ``absent``, where that is given; ``partial`` leaves them out. The
    edits leave with the new name of each key.
    """
    named = labels(outputs)
    keys = [key for key in part.tree.keys if isinstance(key, str)] if isinstance(part.tree, Branch) else []
    if named is None or not isinstance(part.tree, Branch) or len(keys) != len(part.tree.items):
        return None
    meant = closest(keys, list(named), {layer(outputs, head): name for name, head in named.items()})
    if meant is None or (len(meant) < len(named) and absent is None and not partial):
        return None
    entries: list[tuple[str, int | str]] = [(meant[key], place) for place, key in enumerate(keys)]
    left = [] if absent is None else [(name, absent) for name in named if name not in meant.values()]
    edits = rekeyed(site, part, [*entries, *left])
    return None if edits is None else (edits, meant)


def closest(
    keys: Sequence[str], names: Sequence[str], aliases: Mapping[str | None, str]
) -> dict[str, str] | None:
    """Each key with the name that it stands for; None where that is not clear."""
    free = [name for name in names if name not in keys]
    meant = {key: key for key in keys if key in names}
    for key in keys:
        if key in meant:
            continue
        found = [aliases[key]] if aliases.get(key) in free else get_close_matches(key, free, n=1)
        if not found:
            return None
        meant[key] = found[0]
        free.remove(found[0])
    return meant


def joined(site: TrainingSite, part: Given, path: Path) -> Edits | None:
    """A list of losses for one head as one ``MultiLoss``."""
    home = own_container(site, part, path)
    if home is None:
        return None
    span = Location(home.source.path, home.span)
    return (*around(span, "MultiLoss(", ")"), *calls.imported(home.source, "keraslint.losses", "MultiLoss"))


def one_object(site: TrainingSite, made: Location, used: Location, places: Sequence[Location]) -> bool:
    """Whether what one call made stands at all these places as one object, not as one for each turn.

    It is one where a single statement reads the same name at each, and where the call that made it runs once
    for each time that it is ``used``.
    """
    return _one_name(site, places) or _made_once(site, made, used)


def _one_name(site: TrainingSite, places: Sequence[Location]) -> bool:
    source = source_of(site, places[0])
    if source is None or {place.document for place in places} != {source.path}:
        return False
    if len(set(places)) < len(places):
        return False  # one place that is come to several times
    nodes = [source.node(place) for place in places]
    read = {ast.unparse(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute)}
    within = [next(one for one in source.above(node) if isinstance(one, ast.stmt)) for node in nodes if node]
    simple = all(isinstance(node, ast.Name | ast.Attribute) for node in nodes)
    return simple and len(read) == 1 and all(one is within[0] for one in within)


def _made_once(site: TrainingSite, made: Location, used: Location) -> bool:
    source = source_of(site, made)
    one, other = (None, None) if source is None else (source.node(made), source.node(used))
    if source is None or one is None or other is None or made.document != used.document:
        return False
    turns = [node for node in source.above(one) if isinstance(node, _TURNS)]
    return all(node in source.above(other) for node in turns)


_TURNS = (
    ast.For | ast.AsyncFor | ast.While | ast.comprehension | ast.ListComp | ast.SetComp | ast.DictComp
) | (ast.GeneratorExp | ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef)


def made_again(site: TrainingSite, made: Location, places: Sequence[Location]) -> Edits | None:
    """The call that makes a thing written out again wherever its name stands, but for the first place."""
    source = source_of(site, made)
    node = None if source is None else source.node(made)
    if source is None or not isinstance(node, ast.Call) or len(set(places)) != len(places):
        return None
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    names = [source.node(place) for place in places[1:] if place.document == made.document]
    if not all(isinstance(one, ast.Constant) for one in given) or len(names) != len(places) - 1:
        return None
    if not all(isinstance(name, ast.Name) for name in names):
        return None
    return tuple(Edit(place, source.text(made.span)) for place in places[1:])


def nested(
    site: TrainingSite, part: Given, outputs: Tree[Written], places: Mapping[Path, int]
) -> Edits | None:
    """A flat dict as dicts nested like the outputs; ``places`` are those of the entries for the heads."""
    home = own_container(site, part)
    if home is None:
        return None

    def text(tree: Tree[Written], path: Path) -> str | None:
        if not isinstance(tree, Branch):
            return home.text(places[path])
        inner = [text(child, (*path, key)) for key, child in tree.items]
        if not is_mapping(tree) or None in inner:
            return None
        named_ = zip(tree.keys, inner, strict=True)
        return "{" + ", ".join(f"{quoted(str(key), home.source.quote)}: {one}" for key, one in named_) + "}"

    whole = text(outputs, ())
    return None if whole is None else (Edit(Location(home.source.path, home.span), whole),)


def plain_dict(site: TrainingSite, location: Location) -> Edits | None:
    """``OrderedDict(...)`` at a place, or what its name is given in one statement, as ``dict(...)``."""
    source = source_of(site, location)
    node = None if source is None else source.node(location)
    if source is not None and isinstance(node, ast.Name):
        made = [one.value for one in definitions(source, node) or () if isinstance(one, ast.Assign)]
        node = made[0] if len(made) == 1 else None
    match node:
        case ast.Call(func=ast.Name("OrderedDict") | ast.Attribute(attr="OrderedDict") as callee) if source:
            return (Edit(source.location(callee), "dict"),)
        case _:
            return None


def kept_only(site: TrainingSite, part: Given, path: Path, number: int) -> Edits | None:
    """A container replaced by one of its entries."""
    home = own_container(site, part, path)
    return None if home is None else (Edit(Location(home.source.path, home.span), home.text(number)),)
