"""Documents enter; each of their training sites leaves as versions of Keras pair it, wrong or not.

Unlike ``checking`` it asks no rule, and reads with ``ast`` alone: what is shown is no finding.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint import pairing
from keraslint.documents import Document, Failure, decode, read_bytes
from keraslint.documents.places import project_root
from keraslint.engine.callers import callers
from keraslint.engine.judging import place
from keraslint.engine.placing import placed
from keraslint.engine.settings import files
from keraslint.engine.tabulating import rows, written
from keraslint.engine.targets import of_document
from keraslint.engine.worlds import World
from keraslint.findings import Crashed, Shown, Skipped
from keraslint.inference import Project
from keraslint.syntax import scout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from keraslint.documents import Reader
    from keraslint.engine.settings import Configured
    from keraslint.findings import Location
    from keraslint.pairing.versions import Version
    from keraslint.sites.model import TrainingSite


def show(paths: Sequence[str], configured: Configured) -> list[Shown | Skipped | Crashed]:
    """The sites of every file under ``paths``, each once, and the files that could not be read."""
    each = show_each(paths, configured).values()
    return list(dict.fromkeys(one for shown in each for one in shown))


def show_each(
    paths: Sequence[str],
    configured: Configured,
    read: Reader = read_bytes,
    only: Collection[str] | None = None,
    world: World | None = None,
) -> dict[str, list[Shown | Skipped | Crashed]]:
    """What ``show`` shows by the file that leads to it, of some of the files under ``paths`` or of all.

    In a ``world`` that ``read`` reads nothing is inferred twice.
    """
    world = world or World(Project(project_root(paths), read))
    world.again()
    project = world.project
    found = files(paths, configured)
    for path in found:
        project.register(path)
    named = {os.path.normpath(path) for path in paths}
    places = _Places(found, read)
    shown: dict[str, list[Shown | Skipped | Crashed]] = {}
    for path in found:
        if only is not None and path not in only:
            continue
        data = read(path)
        if isinstance(data, str):
            shown[path] = [Skipped(path, data)]
        elif path in named or scout.worth_reading(data):
            shown[path] = _of_bytes(path, data, world, configured.at(path).versions, places)
    for path, data in callers([path for path in found if only is None or path in only], project, read):
        again = _of_bytes(path, data, world, configured.at(path).versions, places)
        shown[path] = [*shown.get(path, []), *again]
    return shown


def show_source(path: str, data: bytes, configured: Configured) -> list[Shown | Skipped | Crashed]:
    """The sites of bytes that came from elsewhere, as if they stood at ``path``."""
    world = World(Project(project_root([path])))
    return list(dict.fromkeys(_of_bytes(path, data, world, configured.at(path).versions, _Places([path]))))


class _Places:
    """Turns places in plain source into those that a reader can go to; remembers the documents."""

    def __init__(self, asked: Sequence[str], read: Reader = read_bytes) -> None:
        self.asked = frozenset(asked)
        self.read = read
        self.documents: dict[str, Document | None] = {}

    def __call__(self, location: Location) -> Location:
        """The location in its cell, its document named as it was asked for, or from here."""
        found = placed(location, self._document)
        path = location.document
        relative = os.path.relpath(path) if os.path.isabs(path) and path not in self.asked else path
        return found if relative.startswith(os.pardir) else replace(found, document=relative)

    def _document(self, path: str) -> Document | None:
        if path not in self.documents:
            data = self.read(path)
            decoded = decode(path, data) if isinstance(data, bytes) else None
            self.documents[path] = decoded if isinstance(decoded, Document) else None
        return self.documents[path]


def _of_bytes(
    path: str, data: bytes, world: World, versions: Sequence[Version], places: _Places
) -> list[Shown | Skipped | Crashed]:
    try:
        document = decode(path, data)
        parsed = document if isinstance(document, Failure) else scout.parse_document(document)
        if isinstance(parsed, Failure):
            return [Skipped(path, f"line {parsed.line}: {parsed.reason}")]
        places.documents[path] = parsed.document
        failures = [Skipped(path, f"line {one.line}: {one.reason}") for one in parsed.document.failures]
        return [*failures, *_of_document(parsed, world, versions, places)]
    except Exception:  # noqa: BLE001 (a defect of ours must be said and must not end the run)
        return [Crashed(path, "show", traceback.format_exc())]


def _of_document(
    parsed: scout.Parsed, world: World, versions: Sequence[Version], places: _Places
) -> list[Shown]:
    """The sites in the order of the source, and what is not judged that no site tells already."""
    inferred = world.inferred(parsed)
    versions = of_document(parsed.document.source, tuple(versions))
    shown = [one for site in inferred.sites for one in _of_site(site, versions, world, places)]
    said = {(one.location, part.text) for one in shown for part in one.written}
    said |= {(one.location, one.outcome) for one in shown}
    others = ((places(one.location), one.reason) for one in inferred.undecided)
    shown += [
        Shown(at, "", outcome=f"not judged: {why}")
        for at, why in others
        if said.isdisjoint({(at, why), (at, f"not judged: {why}")})
    ]
    return sorted(shown, key=lambda one: (one.location.document, one.location.cell or 0, one.location.span))


def _of_site(
    site: TrainingSite, versions: Sequence[Version], world: World, places: _Places
) -> Iterator[Shown]:
    """What each version does; versions that do the same share a table. A ``predict`` pairs nothing."""
    if site.compiled is None and site.data is None:
        return
    alike: dict[Shown, list[str]] = {}
    for version in versions:
        alike.setdefault(_judged(site, version, world, places), []).append(str(version))
    for one, at in alike.items():
        yield replace(one, versions=tuple(at))


def _judged(site: TrainingSite, version: Version, world: World, places: _Places) -> Shown:
    data = site.data
    call = "compile" if data is None else f"{data.call} on validation data" if data.validation else data.call
    shown = Shown(
        places(place(site)),
        call,
        given=site.given,
        written=tuple(replace(one, location=places(one.location)) for one in written(site)),
        compiled=None if site.compiled is None else places(site.compiled.location),
    )
    match world.verdict(site, version):
        case pairing.Paired() as paired:
            return replace(shown, rows=rows(site, paired))
        case pairing.Rejected() as rejected:
            said = f"Keras raises {rejected.error} at {rejected.call}: {rejected.message}"
            return replace(shown, outcome=said)
        case pairing.Undecided(reason=reason):
            return replace(shown, outcome=f"not judged: {reason}")
