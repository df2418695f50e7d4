"""What a user says of Keras's version enters ("3.15", "3.5,3.15", ">=3.4"), versions to judge for leave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keraslint.pairing.versions import BOUNDARIES, NEWEST, Version, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.specifiers import SpecifierSet

AUTO = "auto"
"""Asks for what the project depends on, which ``config`` reads."""
OPERATORS = "<>=!~"
LATEST_PATCH = 999_999


class BadVersionError(ValueError):
    """Not a version of Keras, or a range without one; the message is one line."""


def targets(texts: Iterable[str]) -> tuple[Version, ...]:
    """The versions meant, in order. Parts of a list that compare ("<3.12") together make one range."""
    parts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    compared = [part for part in parts if part[0] in OPERATORS]
    found = {_exact(part) for part in parts if part[0] not in OPERATORS}
    if compared:
        found.update(_range(",".join(compared)))
    if not found:
        message = "no version of Keras is given"
        raise BadVersionError(message)
    return tuple(sorted(found))


def of_document(source: str, versions: tuple[Version, ...]) -> tuple[Version, ...]:
    """The versions to judge a document for: what asks for tf_keras runs with Keras 2."""
    if not any(name in source for name in _NAMED):
        return versions
    if _LEGACY.search(source) is None and not _sets_legacy(source):
        return versions
    return tuple(version for version in versions if version.major == LEGACY.major) or (LEGACY,)


LEGACY = Version(2, 15)

_NAMED = ("tf_keras", "TF_USE_LEGACY_KERAS")
"""What it takes to ask for it; a pattern is sought much longer."""

_LEGACY = re.compile(
    r"""
    ^[ \t]*from[ \t]+tf_keras\b
    | ^[ \t]*import[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)*tf_keras\b
    """,
    re.MULTILINE | re.VERBOSE,
)


def _sets_legacy(source: str) -> bool:
    """Whether TF_USE_LEGACY_KERAS is set in time, and for tf.keras: the package ``keras`` does not read it.

    tensorflow/__init__.py (2.21) reads it for the path ``tensorflow.keras`` when it is imported, ``tf.keras``
    when it is first used (python/util/lazy_loader.py).
    """
    setting = _SETTING.search(source)
    if setting is None:
        return False
    if _KERAS.search(source) and not _OF_TENSORFLOW.search(source):
        return False
    imported = _TENSORFLOW.search(source)
    early = imported is not None and imported.start() < setting.start()
    return not (early and _BY_PATH.search(source))


_SETTING = re.compile(
    r"""
    ^(?:(?!\bputenv\b)[^#\n])*TF_USE_LEGACY_KERAS["']\]?\s*[=,]\s*["'](?:1|[Tt]rue)["']
    | ^[^#\n]*\benviron\.update\([^#)]*\bTF_USE_LEGACY_KERAS(?:["']\s*:|\s*=)\s*["'](?:1|[Tt]rue)["']
    """,
    re.MULTILINE | re.VERBOSE,
)
_KERAS = re.compile(r"^[ \t]*(?:import|from)[ \t]+keras\b", re.MULTILINE)
_OF_TENSORFLOW = re.compile(
    r"\b(?:tf|tensorflow)\.(?:compat\.v[12]\.)?keras\b"
    r"|^[ \t]*from[ \t]+tensorflow[ \t]+import\b[^\n]*\bkeras\b",
    re.MULTILINE,
)
_TENSORFLOW = re.compile(r"^(?:import|from)[ \t]+tensorflow\b", re.MULTILINE)
_BY_PATH = re.compile(r"^[ \t]*(?:import|from)[ \t]+tensorflow\.keras\b", re.MULTILINE)


def _exact(text: str) -> Version:
    try:
        return parse(text)
    except ValueError as error:
        message = f"{text!r} is not a version of Keras; write 3.15, 3.5,3.15, >=3.4 or auto"
        raise BadVersionError(message) from error


def _range(text: str) -> list[Version]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 (30 ms, for ranges alone)

    try:
        specifier = SpecifierSet(text)
    except InvalidSpecifier as error:
        message = f"{text!r} is not a range of Keras versions; write for instance >=3.4,<3.12"
        raise BadVersionError(message) from error
    found = [version for version in known() if _holds(specifier, version)]
    if not found:
        message = f"no known version of Keras is {text}; the newest known is {NEWEST}"
        raise BadVersionError(message)
    return found


def known() -> list[Version]:
    """The last Keras 2, every series since, and where behaviour changed within one the last patch before."""
    series = {LEGACY, *(Version(3, minor) for minor in range(NEWEST.minor + 1))}
    patches = {
        Version(at.since.major, at.since.minor, at.since.patch - 1) for at in BOUNDARIES if at.since.patch > 0
    }
    return sorted(series | patches)


def _holds(specifier: SpecifierSet, version: Version) -> bool:
    """A series without a patch stands for its newest."""
    text = str(version)
    return specifier.contains(text if text.count(".") > 1 else f"{text}.{LATEST_PATCH}")
