"""A part of a site and what its entries shall be enter; edits leave, None where none is sure to be right."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from keraslint.findings import Edit, Fix, Location, Safety, Span
from keraslint.rewriting.containers import Entry, quoted
from keraslint.rewriting.homes import agreed, own_container
from keraslint.sites.reading import is_flat, is_mapping, labels, layer
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.rewriting.containers import Shape
    from keraslint.sites.model import Given, TrainingSite, Written
    from keraslint.sites.reading import Placement
    from keraslint.tree import Path, Tree

Edits: TypeAlias = tuple[Edit, ...]


def named(site: TrainingSite, part: Given, names: Sequence[str]) -> Edits | None:
    """The part as a dict, with these keys in the order written; wrapped where the list is out of reach."""
    home = own_container(site, part)
    if home is not None:
        return home.edits("dict", [Entry(place, name) for place, name in enumerate(names)])
    return _zipped(site, part, names)


def placed(
    site: TrainingSite, part: Given, order: Sequence[int | str], shape: Shape = "list"
) -> Edits | None:
    """The part as a list with the old entries in this order; a text is a new entry."""
    home = own_container(site, part)
    if home is None:
        return None
    return home.edits(shape, [Entry(take) for take in order])


def rekeyed(site: TrainingSite, part: Given, entries: Sequence[tuple[str, int | str]]) -> Edits | None:
    """The part as a dict of these keys, each with an old entry or a new text."""
    home = own_container(site, part)
    return None if home is None else home.edits("dict", [Entry(take, key) for key, take in entries])


def replaced(site: TrainingSite, location: Location, text: str) -> Edits | None:
    """An expression replaced by another text."""
    source = None if site.sources is None else site.sources.source(location.document)
    if source is None or source.node(location) is None:
        return None
    return (Edit(location, text),)


def text(site: TrainingSite, location: Location) -> str | None:
    """The source of an expression, whole."""
    source = None if site.sources is None else site.sources.source(location.document)
    return None if source is None or source.node(location) is None else source.text(location.span)


def quote(site: TrainingSite, location: Location) -> str:
    """The quotes of a document."""
    source = None if site.sources is None else site.sources.source(location.document)
    return '"' if source is None else source.quote


def listed(site: TrainingSite, location: Location, texts: Sequence[str], keys: Sequence[str] | None) -> str:
    """The source of a list, or of a dict with these keys."""
    if keys is None:
        return f"[{', '.join(texts)}]"
    mark = quote(site, location)
    return "{" + ", ".join(f"{quoted(key, mark)}: {one}" for key, one in zip(keys, texts, strict=True)) + "}"


def _zipped(site: TrainingSite, part: Given, names: Sequence[str]) -> Edits | None:
    """``dict(zip([names], part))``: for a list that is made out of reach of an edit."""
    at = part.location
    source = None if site.sources is None or not agreed(site, part) else site.sources.source(at.document)
    node = None if source is None else source.node(at)
    if source is None or node is None or isinstance(node, ast.Tuple) or not isinstance(part.tree, Branch):
        return None
    keys = ", ".join(quoted(name, source.quote) for name in names)
    first = Span(at.span.line, at.span.column, at.span.line, at.span.column)
    last = Span(at.span.end_line, at.span.end_column, at.span.end_line, at.span.end_column)
    return Edit(Location(at.document, first), f"dict(zip([{keys}], "), Edit(Location(at.document, last), "))")


def key_of(outputs: Tree[Written], head: Path) -> str | None:
    """The key by which a dict addresses a head: its own in a flat dict of outputs, else its layer's name."""
    if not is_flat(outputs):
        return None
    if is_mapping(outputs):
        return head[0] if head and isinstance(head[0], str) else None
    return layer(outputs, head)


def both(site: TrainingSite, part: Given, placement: Placement, entries: str) -> tuple[Fix, ...]:
    """The two honest fixes of a list that Keras pairs by sorted key; one where they are the same."""
    if not _complete(site, part, placement):
        return ()
    if placement.given == placement.meant:
        return fix(
            f"Name these {entries}: {list(placement.given)}, the order that is written and that Keras uses",
            Safety.SAFE,
            named(site, part, placement.given),
        )
    return (
        *fix(
            f"Keep what is trained: write these {entries} for {list(placement.given)}, as Keras pairs them",
            Safety.SAFE,
            named(site, part, placement.given),
        ),
        *fix(
            f"Train what is written: these {entries} for {list(placement.meant)}, "
            f"where Keras pairs them with {list(placement.given)}",
            Safety.UNSAFE,
            named(site, part, placement.meant),
        ),
    )


def _complete(site: TrainingSite, part: Given, placement: Placement) -> bool:
    """Whether each entry has a head, each another, that one key names."""
    outputs = getattr(site.outputs, "tree", None)
    return (
        isinstance(part.tree, Branch)
        and outputs is not None
        and is_flat(outputs)
        and labels(outputs) is not None
        and len(set(placement.given)) == len(set(placement.meant)) == len(part.tree.items)
    )


def fix(title: str, safety: Safety, edits: Edits | None) -> tuple[Fix, ...]:
    """A fix, if there are edits for it."""
    return (Fix(title, safety, edits),) if edits else ()
