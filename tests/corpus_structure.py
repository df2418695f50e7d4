"""Scores what is understood of labelled sites: folder and labels enter, the share read rightly leaves.

``python -m tests.corpus_structure FOLDER LABELS`` with the projects below FOLDER as ``owner+name``. A label
is read rightly if some alternative of a site at its compile call has the labelled container and number of
outputs, the labelled container of losses and, where the label knows them, of targets; or if the label wants
silence and keraslint knows that the training is overridden.
"""

from __future__ import annotations

import argparse
import json
import re
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keraslint.documents import Document, decode, discover, read_bytes
from keraslint.engine.callers import callers
from keraslint.engine.placing import placed
from keraslint.findings import Location, Undecided
from keraslint.inference import Project
from keraslint.sites import find
from keraslint.sites.model import Given, SitePart, TrainingSite, Unread
from keraslint.syntax.scout import Parsed, parse_document, worth_reading
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR = 12
CONTAINER = re.compile(r"(?:loss=)?\b(list|tuple|dict)(?::(\d+))?")


def main() -> None:
    """Print the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path)
    arguments = parser.parse_args()
    labels = [json.loads(line) for line in arguments.labels.read_text(encoding="utf-8").splitlines() if line]
    trained = [label for label in labels if label["lines"].get("compile")]
    wrong = {label["id"]: why for label in trained if (why := _misread(label, arguments.folder))}
    print(f"{len(trained) - len(wrong)} of {len(trained)} labelled sites are read rightly")
    for identity, why in wrong.items():
        print(f"    {identity}: {why}")


def _misread(label: dict[str, Any], folder: Path) -> str | None:
    """Why a label is not read rightly."""
    read = list(_near(label, folder / label["repo"].replace("/", "+")))
    sites = [site for site in read if isinstance(site, TrainingSite)]
    if not sites:
        overridden = any(isinstance(one, Undecided) and "is overridden" in one.reason for one in read)
        return None if overridden and label["expected"] == "silent" else "no site at its compile call"
    reasons = [_difference(label, site) for site in sites]
    return None if None in reasons else min((reason for reason in reasons if reason), key=len)


def _near(label: dict[str, Any], root: Path) -> Iterator[TrainingSite | Undecided]:
    own, lines = str(root / label["path"]), label["lines"]["compile"]
    for one, at in _all(root):
        if at.document == own and any(_at(line, at.cell, at.span.line) for line in lines):
            yield one


@cache
def _all(root: Path) -> tuple[tuple[TrainingSite | Undecided, Location], ...]:
    """Every site of a project and everything that is not judged, with its place."""
    project, documents = Project(str(root)), dict[str, Document]()
    paths = list(discover([str(root)]))
    read = [path for path in paths if isinstance(data := read_bytes(path), bytes) and worth_reading(data)]
    found: dict[TrainingSite | Undecided, None] = {}
    for path in chain(read, (path for path, _ in callers(paths, project, read_bytes))):
        parsed = _parsed(path)
        if parsed is not None:
            documents[path] = parsed.document
            inferred = find(parsed, project)
            found |= dict.fromkeys([*inferred.sites, *inferred.undecided])
    return tuple((one, placed(_location(one), documents.get)) for one in found)


def _location(one: TrainingSite | Undecided) -> Location:
    if isinstance(one, Undecided):
        return one.location
    return one.model if one.compiled is None else one.compiled.location


def _parsed(path: str) -> Parsed | None:
    data = read_bytes(path)
    document = decode(path, data) if isinstance(data, bytes) else None
    parsed = parse_document(document) if isinstance(document, Document) else None
    return parsed if isinstance(parsed, Parsed) else None


def _at(line: int | str, cell: int | None, number: int) -> bool:
    if isinstance(line, int):
        return cell is None and abs(line - number) <= NEAR
    labelled, _, within = line.removeprefix("c").partition(":")
    return cell == int(labelled) + 1 and abs(int(within) - number) <= NEAR


def _difference(label: dict[str, Any], site: TrainingSite) -> str | None:
    loss = site.compiled.loss if site.compiled else None
    targets = label["y"]["structure"] if isinstance(label["y"], dict) else None
    outputs = f"{label['outputs']['structure']}:{label['outputs']['n']}"
    if not _agrees(outputs, site.outputs):
        return f"outputs are {outputs}, read {_shape(site.outputs)}"
    if not _agrees(label["loss"], loss):
        return f"loss is {label['loss']}, read {_shape(loss)}"
    # A data call inside a block that expects an error is not reported.
    if site.data is not None and not _agrees(targets, site.data.targets):
        return f"targets are {targets}, read {_shape(site.data.targets)}"
    return None


def _agrees(text: str | None, part: SitePart | None) -> bool:
    """Whether a part is the labelled container; what the label does not say agrees.

    Where the label has no number, nor need the part have one: it may be open.
    """
    said = CONTAINER.search(text or "")
    if said is None:
        return True
    if isinstance(part, Unread) and isinstance(part.partly, Branch) and part.partly.open:
        return part.partly.kind == said[1] and said[2] is None
    if not isinstance(part, Given) or not isinstance(part.tree, Branch):
        return False
    kind = {"ordered_dict": "dict"}.get(part.tree.kind, part.tree.kind)
    several = re.search(r" or |/", text or "") is not None
    return kind == said[1] and (said[2] is None or several or int(said[2]) == len(part.tree.items))


def _shape(part: SitePart | None) -> str:
    if not isinstance(part, Given):
        return type(part).__name__
    return f"{part.tree.kind}:{len(part.tree.items)}" if isinstance(part.tree, Branch) else "one"


if __name__ == "__main__":
    main()
