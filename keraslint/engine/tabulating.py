"""A training site and a verdict enter; rows leave, one for each head: what Keras pairs with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Entry, Related, Row
from keraslint.sites.model import Given, NotGiven
from keraslint.sites.reading import alike, heads, layer, meant
from keraslint.tree import Branch, Leaf, at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.pairing import Paired
    from keraslint.pairing.model import Metric, Term
    from keraslint.sites.model import SitePart, TrainingSite, Written
    from keraslint.sites.reading import Pair
    from keraslint.tree import Path, Tree

UNKNOWN = "?"
"""What stands for an entry that could not be read."""


def rows(site: TrainingSite, paired: Paired) -> tuple[Row, ...]:
    """A row for each head, in declared order."""
    if not isinstance(site.outputs, Given):
        return ()
    outputs = site.outputs.tree
    return tuple(_row(site, outputs, head, paired) for head in heads(outputs))


def _row(site: TrainingSite, outputs: Tree[Written], head: Path, paired: Paired) -> Row:
    parts = dict(parts_of(site))
    terms = [term for term in paired.terms if head[: len(term.head)] == term.head]
    metrics = [metric for metric in paired.metrics if head[: len(metric.head)] == metric.head]

    def entry(part: str, pairs: Iterable[Pair]) -> Entry:
        return _entries(outputs, parts.get(part), list(pairs))

    plain = entry("metrics", [(one.head, one.metric) for one in metrics if not one.weighted])
    weighted = entry("weighted_metrics", [(one.head, one.metric) for one in metrics if one.weighted])
    return Row(
        output=_path(head),
        layer=layer(outputs, head) or "",
        target=entry("targets", [(term.head, term.target) for term in terms]),
        loss=entry("loss", [(term.head, term.loss) for term in terms]),
        weight=entry("loss_weights", [(term.head, term.weight) for term in terms]),
        metrics=_joined(plain, weighted),
        sample_weight=entry("sample_weight", [(term.head, term.sample_weight) for term in terms]),
        paired_by=_paired_by(terms, metrics, targets="targets" in parts),
    )


def parts_of(site: TrainingSite) -> Iterator[tuple[str, SitePart]]:
    """Every part that was given, by its name, with the outputs first."""
    compiled, data = site.compiled, site.data
    every: dict[str, SitePart] = {"outputs": site.outputs}
    if compiled is not None:
        for name in ("loss", "loss_weights", "metrics", "weighted_metrics"):
            every[name] = getattr(compiled, name)
    if data is not None:
        every |= {"targets": data.targets, "sample_weight": data.sample_weight}
    yield from ((name, part) for name, part in every.items() if not isinstance(part, NotGiven))


def written(site: TrainingSite) -> tuple[Related, ...]:
    """Where each part was written, and which could not be read and why."""
    places = [
        Related(part.location, name if isinstance(part, Given) else f"{name} not known: {part.reason}")
        for name, part in parts_of(site)
        if not isinstance(part, NotGiven)
    ]
    counted = [Related(site.model, f"outputs counted from {site.evidence}")] if site.evidence else []
    return (*places, *counted)


def _entries(outputs: Tree[Written], part: SitePart | None, pairs: list[Pair]) -> Entry:
    """The entries at these paths of a part, and whether others were written for the head."""
    found = [(head, path) for head, path in pairs if path is not None]
    if part is None or isinstance(part, NotGiven) or not found:
        return Entry("")
    if not isinstance(part, Given):
        return Entry(UNKNOWN, items=(UNKNOWN,))
    # Where a loss takes a subtree, too, positions in its list stand for no heads.
    single = {head for head, _ in found} <= set(heads(outputs))
    texts = dict.fromkeys(_entry(part.tree, path) for _, path in found)
    items = dict.fromkeys(_item(part.tree, path) for _, path in found)
    astray = single and any(_astray(outputs, part.tree, head, path) for head, path in found)
    return Entry(", ".join(texts), astray, tuple(items), _rows(outputs, part.tree, found) if single else ())


def _rows(outputs: Tree[Written], part: Tree[Written], found: list[tuple[Path, Path]]) -> tuple[int, ...]:
    """The rows of the heads that these entries were written for."""
    order = {head: row for row, head in enumerate(heads(outputs))}
    intended = meant(outputs, part) if isinstance(part, Branch) else {}
    meant_for = (intended.get(path[0]) for _, path in found if path)
    return tuple(dict.fromkeys(order[head] for head in meant_for if head in order))


def _joined(one: Entry, other: Entry) -> Entry:
    text = ", ".join(text for text in (one.text, other.text) if text)
    return Entry(text, one.astray or other.astray, one.items + other.items)


def _entry(part: Tree[Written], path: Path) -> str:
    """An entry behind its path, as in ``[0] mse`` or ``price: mse``; of a subtree the path alone."""
    text = _item(part, path)
    if not path:
        return text
    return f"{_path(path)} {text}" if isinstance(path[-1], int) else f"{_path(path)}: {text}"


def _item(part: Tree[Written], path: Path) -> str:
    """The entry itself."""
    node = at(part, path)
    return (node.value.name or node.value.text) if isinstance(node, Leaf) else "(a subtree)"


def _path(path: Path) -> str:
    """``price``, ``[0]``, ``boxes[1]``, ``boxes.size``; the whole tree is ``output``."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".") or "output"


def _astray(outputs: Tree[Written], part: Tree[Written], head: Path, path: Path) -> bool:
    """Whether this entry was written for another head, and is not what was written for this one."""
    if not path or not isinstance(part, Branch):
        return False
    intended = meant(outputs, part)
    own = next((key for key, meant_for in intended.items() if meant_for == head), None)
    if own is None or own == path[0]:
        return own is None and path[0] in intended
    entries = dict(part.items)
    return not alike(entries[own], entries[path[0]])


def _paired_by(terms: list[Term], metrics: list[Metric], *, targets: bool) -> str:
    """What paired the parts with the head, said once where it is one thing for all of them."""
    ways = [
        *(("loss", term.loss_by) for term in terms),
        *(("target", term.target_by) for term in terms if targets and term.target is not None),
        *(("weight", term.weight_by) for term in terms if term.weight is not None),
        *(("metrics", metric.by) for metric in metrics),
        *(("sample weight", term.sample_weight_by) for term in terms if term.sample_weight is not None),
    ]
    by = dict.fromkeys((part, way.value) for part, way in ways if way is not None)
    if not terms:
        return "not trained"
    if len({way for _, way in by}) == 1:
        return next(way for _, way in by)
    return ", ".join(f"{part} by {way}" for part, way in by)
