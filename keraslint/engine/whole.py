"""Paths and settings enter, outcomes leave: those of an earlier run if nothing has changed since.

What a run says depends on the files that it walks over, on those that these were judged by, and on the
answers to every look for a file. Where all of it is as it was, the engine is not even imported.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from keraslint.documents.places import digest, is_module, project_root
from keraslint.documents.reading import remembering
from keraslint.engine import sharding
from keraslint.engine.settings import files
from keraslint.engine.storing import decode, encode
from keraslint.engine.writing import read as read_json, write as write_json
from keraslint.findings import Report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keraslint.documents import Reader
    from keraslint.engine.run import Run
    from keraslint.engine.settings import Configured
    from keraslint.engine.sharding import Shard
    from keraslint.findings import Outcome


MAX_HELD = 4_000_000
"""Bytes of files that are held while a run looks at them several times."""


def without_cache(
    paths: Sequence[str], configured: Configured, read: Reader, jobs: int | None
) -> list[Outcome]:
    """What a run says that knows nothing of others."""
    from keraslint.engine.checking import check  # noqa: PLC0415 (half of the time of a run with nothing new)
    from keraslint.engine.processes import available  # noqa: PLC0415 (as above)

    return check(paths, configured, read, jobs=jobs or available())


def check_with_cache(
    paths: Sequence[str], configured: Configured, read: Reader, directory: str, jobs: int | None
) -> list[Outcome]:
    """What a run says; what it finds out is kept."""
    found = files(paths, configured)
    read = remembering(read, MAX_HELD)
    contents = {path: digest(data) for path in found if isinstance(data := read(path), bytes)}
    file = os.path.join(directory, f"{_key(paths, found, configured)}.run.json")
    said = _said(read_json(file), contents, read) if len(contents) == len(found) else None
    if said is not None:
        return said
    from keraslint.engine.cache import Cache  # noqa: PLC0415 (as above)
    from keraslint.engine.checking import run_over  # noqa: PLC0415 (as above)
    from keraslint.engine.processes import available  # noqa: PLC0415 (as above)

    known = os.path.join(
        directory, f"{digest(os.path.abspath(project_root(paths)).encode(errors='surrogatepass'))}.json"
    )
    cache = Cache(read_json(known))
    run, outcomes = run_over(paths, configured, read, cache, jobs or available())
    if cache.is_changed:
        write_json(known, cache.content())
    if _is_closed(run, outcomes, contents):
        write_json(file, _kept(run, outcomes, contents))
    return outcomes


def check_shard(
    paths: Sequence[str], configured: Configured, read: Reader, jobs: int | None, shard: Shard
) -> tuple[list[Outcome], Any]:
    """What a run over the files of one shard says, and what it found out."""
    from keraslint.engine.cache import Cache  # noqa: PLC0415 (as above)
    from keraslint.engine.checking import run_over  # noqa: PLC0415 (as above)
    from keraslint.engine.processes import available  # noqa: PLC0415 (as above)

    cache = Cache(base=os.getcwd())
    _, outcomes = run_over(paths, configured, read, cache, jobs or available(), shard=shard)
    return outcomes, cache.content()


def check_parts(
    paths: Sequence[str], configured: Configured, read: Reader, jobs: int | None, parts: str
) -> list[Outcome]:
    """What a run over all files says that knows what the shards found out."""
    from keraslint.engine.cache import Cache  # noqa: PLC0415 (as above)
    from keraslint.engine.checking import run_over  # noqa: PLC0415 (as above)
    from keraslint.engine.processes import available  # noqa: PLC0415 (as above)

    cache = Cache(others=sharding.read(parts, paths), base=os.getcwd())
    return run_over(paths, configured, read, cache, jobs or available())[1]


def _key(paths: Sequence[str], found: Sequence[str], configured: Configured) -> str:
    """What is asked for, and from where."""
    folders = sorted({os.path.dirname(path) for path in found})
    settings = {folder: configured.at(os.path.join(folder, "x.py")) for folder in folders}
    asked = (os.getcwd(), tuple(paths), project_root(paths), settings)
    return digest(repr(asked).encode(errors="surrogatepass"))


def _is_closed(run: Run, outcomes: Sequence[Outcome], contents: Mapping[str, str]) -> bool:
    """Whether the outcomes depend on nothing but contents and looks for files: not on a baseline, a crash, or
    on files that were looked through because the run does not cover them.
    """
    return (
        not run.looked_around
        and [one.document for one in outcomes if isinstance(one, Report)] == list(contents) == list(run.order)
        and len(outcomes) == len(contents)
        and all(run.configured.at(path).baseline is None for path in contents)
        and all(run.configured.at(path).style is None for path in contents)
    )


def _kept(run: Run, outcomes: Sequence[Outcome], contents: Mapping[str, str]) -> Any:  # noqa: ANN401 (JSON)
    said = [encode(one) for one in outcomes if one != Report(one.document)]
    needed = {path: run.project.digest(path) for path in sorted(run.needed_files) if path not in contents}
    places = {path: run.project.is_there(path) for path in sorted(run.needed_places)}
    return [dict(contents), needed, places, said]


def _said(kept: Any, contents: Mapping[str, str], read: Reader) -> list[Outcome] | None:  # noqa: ANN401 (JSON)
    """The outcomes that were kept, if they still hold."""
    match kept:
        case [dict(before), dict(needed), dict(places), list(said)] if before == dict(contents):
            pass
        case _:
            return None
    if not all(_content(path, read) == content for path, content in needed.items()):
        return None
    if not all(is_module(path) is there for path, there in places.items()):
        return None
    try:
        reports = {one.document: one for one in (decode(Report, row) for row in said)}
    except (TypeError, ValueError):
        return None
    return [reports.get(path) or Report(path) for path in contents]


def _content(path: str, read: Reader) -> str:
    data = read(path)
    return "" if isinstance(data, str) else digest(data)
