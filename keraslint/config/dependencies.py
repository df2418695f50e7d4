"""A directory enters; the versions of Keras that its project asks for leave, and where that was read.

Exact versions of a lock file go before what is only asked for. Keras itself goes before TensorFlow, which
brings one along. Nothing is installed, resolved or run.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from keraslint.engine.targets import LEGACY, known
from keraslint.pairing.versions import NEWEST, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from packaging.specifiers import SpecifierSet

FOLDER = "requirements"
"""A folder in which requirements are as they are beside it."""
Read: TypeAlias = "Callable[[str], Iterator[tuple[str, str]]]"

TENSORFLOW = frozenset(
    {"tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tensorflow-macos", "tensorflow-intel"}
)

# The least Keras that each TensorFlow requires, as its own metadata say; before 2.16 it had Keras 2 within.
BROUGHT_ALONG = (
    ("2.16", Version(3, 0)),
    ("2.17", Version(3, 2)),
    ("2.18", Version(3, 5)),
    ("2.19", Version(3, 5)),
    ("2.20", Version(3, 10)),
    ("2.21", Version(3, 12)),
)
OWN_KERAS = tuple(f"{major}.{minor}" for major in (1, 2) for minor in range(16))

# "name", then perhaps extras, then what is asked of its version.
_PINNED = re.compile(r"^\s*([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*([^#;]*)")
_CONDA = re.compile(r"^\s*-\s*[\"']?(?:[\w.-]+::)?([A-Za-z0-9._-]+)\s*([=<>!~][^\"'#\s]*)?[\"']?\s*(?:#.*)?$")


@dataclass(frozen=True)
class Wanted:
    """What a project asks for: the versions to judge for, the file that says so, and what it says."""

    versions: tuple[Version, ...]
    file: str = ""
    said: str = ""


def wanted(directory: str) -> Wanted:
    """What the nearest project at or above a directory asks for; the newest Keras where none asks."""
    while True:
        for name, read in _files(directory):
            asked = _asked(directory, name, read)
            if asked is not None:
                return asked
        parent = os.path.dirname(directory)
        if parent == directory:
            return Wanted((NEWEST,))
        directory = parent


def _files(directory: str) -> Iterator[tuple[str, Read]]:
    """The files of a directory that may say it, those first that say it exactly."""
    names = [*_listed(directory), *(f"{FOLDER}/{name}" for name in _listed(os.path.join(directory, FOLDER)))]
    for pattern, read in SOURCES:
        yield from ((name, read) for name in names if pattern.fullmatch(name))


def _listed(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []


def _asked(directory: str, name: str, read: Read) -> Wanted | None:
    """What a file asks of Keras; a file that cannot be read says nothing."""
    try:
        with open(os.path.join(directory, name), encoding="utf-8-sig") as file:
            asked = dict(read(file.read()))
    except (OSError, SyntaxError, ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return None
    for package in ("keras", *sorted(TENSORFLOW & asked.keys())):
        if package in asked and (found := _meant(package, asked[package])):
            return Wanted(found, name, f"{package}{asked[package]}")
    return None


def _meant(name: str, specifier: str) -> tuple[Version, ...]:
    """The versions of Keras in a specifier; without one it is the newest that is installed."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 (30 ms, for these alone)

    if not specifier:
        return (NEWEST,)
    try:
        found = SpecifierSet(specifier)
    except InvalidSpecifier:
        return ()
    return _of_keras(found) if name == "keras" else _of_tensorflow(found)


def _of_keras(specifier: SpecifierSet) -> tuple[Version, ...]:
    exact = re.fullmatch(r"===?(\d+)\.(\d+)\.(\d+)", str(specifier))
    if exact:
        version = Version(*map(int, exact.groups()))
        return (LEGACY,) if version.major < Version(3, 0).major else (version,)
    return tuple(version for version in known() if _admits(specifier, version))


def _admits(specifier: SpecifierSet, version: Version) -> bool:
    """Whether some release of a series is meant; any Keras before 3 is judged as the last one."""
    if version == LEGACY:
        return any(specifier.contains(f"2.{minor}.{patch}") for minor in range(16) for patch in range(10))
    patches = [version.patch] if str(version).count(".") > 1 else [*range(10), 999_999]
    return any(specifier.contains(f"{version.major}.{version.minor}.{patch}") for patch in patches)


def _of_tensorflow(specifier: SpecifierSet) -> tuple[Version, ...]:
    old = any(_admits_series(specifier, series) for series in OWN_KERAS)
    least = [keras for series, keras in BROUGHT_ALONG if _admits_series(specifier, series)]
    later = [version for version in known() if least and min(least) <= version]
    return ((LEGACY,) if old else ()) + tuple(later)


def _admits_series(specifier: SpecifierSet, series: str) -> bool:
    return any(specifier.contains(f"{series}.{patch}") for patch in range(6))


def _normal(name: str) -> str:
    """A name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _toml(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 (needed for these files alone)
    else:
        import tomli as tomllib  # noqa: PLC0415 (as above)
    return tomllib.loads(text)


def _locked_toml(text: str) -> Iterator[tuple[str, str]]:
    """uv.lock, poetry.lock, pdm.lock, pylock.toml: tables of packages with their versions."""
    content = _toml(text)
    for package in (*content.get("package", ()), *content.get("packages", ())):
        if "version" in package:
            yield _normal(package["name"]), f"=={package['version']}"


def _locked_json(text: str) -> Iterator[tuple[str, str]]:
    """Pipfile.lock."""
    content = json.loads(text)
    for group in ("develop", "default"):
        for name, package in content.get(group, {}).items():
            if "version" in package:
                yield _normal(name), package["version"]


def _requirements(text: str) -> Iterator[tuple[str, str]]:
    """Lines of requirements, pinned by pip-tools or not; options, links and hashes are passed over."""
    return _each(line.split(" --hash")[0].rstrip("\\ ") for line in text.splitlines())


def _each(requirements: Iterable[str]) -> Iterator[tuple[str, str]]:
    for requirement in requirements:
        match = _PINNED.match(requirement)
        if match and not requirement.lstrip().startswith(("-", "#")) and "@" not in match[2]:
            yield _normal(match[1]), match[2].replace(" ", "").strip("()")


def _pyproject(text: str) -> Iterator[tuple[str, str]]:
    """Dependencies of the project, then its extras and groups, then Poetry's tables; the first one counts."""
    content = _toml(text)
    project, tool = content.get("project", {}), content.get("tool", {})
    groups = [
        *project.get("optional-dependencies", {}).values(),
        *content.get("dependency-groups", {}).values(),
    ]
    listed = [
        *project.get("dependencies", ()),
        *(one for group in groups for one in group if isinstance(one, str)),
    ]
    poetry = tool.get("poetry", {})
    tables = [
        poetry.get("dependencies", {}),
        *(g.get("dependencies", {}) for g in poetry.get("group", {}).values()),
    ]
    found = [*_each(listed), *(pair for table in tables for pair in _poetry(table))]
    return iter(reversed(found))


def _poetry(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        text = value.get("version", "") if isinstance(value, dict) else value
        if isinstance(text, str):
            yield _normal(name), _caret(text)


def _caret(text: str) -> str:
    """Poetry's ``^3.5`` and ``~3.5`` and ``3.5`` as specifiers."""
    match = re.fullmatch(r"\s*([\^~]?)(\d+)((?:\.\d+)*)\s*", text)
    if text.strip() in {"", "*"}:
        return ""
    if match is None:
        return text.replace(" ", "")
    sign, major, rest = match.groups()
    minor = rest.split(".")[1] if rest else None
    if sign == "^" or (sign == "~" and minor is None):
        return f">={major}{rest},<{int(major) + 1}"
    if sign == "~" and minor is not None:
        return f">={major}{rest},<{major}.{int(minor) + 1}"
    return f"=={major}{rest}"


def _conda(text: str) -> Iterator[tuple[str, str]]:
    """environment.yml: ``- keras=3.5`` means any 3.5, below ``- pip:`` stand requirements."""
    for line in text.splitlines():
        match = _CONDA.match(line)
        if match:
            yield _normal(match[1]), _of_conda(match[2] or "")


def _of_conda(asked: str) -> str:
    """``=3.5`` and ``=3.5.*`` mean any 3.5; behind a second sign stands a build."""
    if not asked.startswith("=") or asked.startswith("=="):
        return asked
    version = asked[1:].partition("=")[0].removesuffix(".*")
    return f"=={version}" if version.count(".") > 1 else f"=={version}.*"


def _setup_py(text: str) -> Iterator[tuple[str, str]]:
    """Lists and dicts of texts, written in the call of ``setup`` or under a name; nothing is run."""
    tree = ast.parse(text)
    named = {
        target.id: statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    written = {
        keyword.arg: named.get(keyword.value.id, keyword.value)
        if isinstance(keyword.value, ast.Name)
        else keyword.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
    }
    texts = (_texts(written.get(key)) for key in ("extras_require", "install_requires"))
    return (pair for group in texts for pair in _each(group))


def _texts(node: ast.expr | None) -> list[str]:
    lists = (
        [node]
        if isinstance(node, ast.List | ast.Tuple)
        else node.values
        if isinstance(node, ast.Dict)
        else []
    )
    constants = [one for each in lists if isinstance(each, ast.List | ast.Tuple) for one in each.elts]
    return [one.value for one in constants if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _setup_cfg(text: str) -> Iterator[tuple[str, str]]:
    import configparser  # noqa: PLC0415 (needed for this file alone)

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from error
    listed = parser.get("options", "install_requires", fallback="")
    extras = parser["options.extras_require"].values() if parser.has_section("options.extras_require") else ()
    return iter([*_each("\n".join(extras).splitlines()), *_each(listed.splitlines())])


SOURCES: tuple[tuple[re.Pattern[str], Read], ...] = (
    (re.compile(r"(uv|poetry|pdm)\.lock|pylock(\.[^.]+)?\.toml"), _locked_toml),
    (re.compile(r"Pipfile\.lock"), _locked_json),
    (re.compile(r"pyproject\.toml"), _pyproject),
    (re.compile(r"setup\.cfg"), _setup_cfg),
    (re.compile(r"setup\.py"), _setup_py),
    (re.compile(r"requirements([-_.][\w.-]*)?\.(txt|in)"), _requirements),
    (re.compile(r"requirements/[\w.-]+\.(txt|in)"), _requirements),
    (re.compile(r"(conda-?)?(environment|env)([-_.][\w-]*)?\.ya?ml"), _conda),
)
"""The files that are looked into, in this order."""
