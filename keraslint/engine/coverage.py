"""A run and a file enter; whether its silence about the file means that there is nothing to find leaves."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from keraslint.documents import NOTEBOOK
from keraslint.engine.selection import closeness, keys
from keraslint.engine.settings import files
from keraslint.findings import Crashed

if TYPE_CHECKING:
    from keraslint.engine.run import Run
    from keraslint.rules import Registered


MAX_OTHERS = 5_000
"""Files besides those of a run that are looked through; where there are more, its silence means nothing."""


def was_asked(found: Registered, path: str, run: Run) -> bool:
    """Whether a selected rule speaks of a version that is judged for, and is not ignored in a file."""
    settings = run.configured.at(path)
    majors = {version.major for version in settings.versions}
    return found.rule.keras in {None, *majors} and not closeness(settings.ignored_in(path), *keys(found))


def is_over(path: str, code: str, run: Run) -> bool:
    """Whether a rule that finds nothing in a file has nothing to find there, as far as keraslint can tell."""
    return (
        path in run.order
        and not run.undecided.get(path)
        and not any(isinstance(other, Crashed) for other in run.others)
        and any(found.rule.code == code and was_asked(found, path, run) for found in run.rules_for(path))
        and is_seen_whole(path, run)
    )


def is_seen_whole(path: str, run: Run) -> bool:
    """Whether every file was read that may import this one: what stands in a module is found through them."""
    if path.endswith(NOTEBOOK) or not os.path.exists(path):
        return True
    run.looked_around = run.looked_around or not run.covers_project
    name = os.path.basename(path).removesuffix(".py")
    name = os.path.basename(os.path.dirname(os.path.abspath(path))) if name == "__init__" else name
    word = re.escape(name.encode(errors="surrogateescape"))
    importing = re.compile(rb"\b(?:from|import)\b[^\n]*\b%b\b|import\s*\([^)]*\b%b\b" % (word, word))
    read = {os.path.abspath(one) for one in run.order}
    others = [one for one in files([run.project.root], run.configured) if os.path.abspath(one) not in read]
    if len(others) > MAX_OTHERS:
        return False
    return not any(
        isinstance(data := run.read(one), bytes)
        and name.encode(errors="surrogateescape") in data
        and importing.search(data)
        for one in others
    )
