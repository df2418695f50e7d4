"""The source behind the sites: from the place of an expression to its node, and back.

Places enter as people count them (characters, from 1), as ``places`` makes them.
"""

from __future__ import annotations

import ast
import os
import re
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from keraslint.documents.grammar import nodes, parts
from keraslint.findings import Location, Span
from keraslint.sites.model import Given

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.inference import Project
    from keraslint.sites.model import TrainingSite


_BACKEND = re.compile(r"""KERAS_BACKEND['"]?\]?\s*[=,]\s*['"](\w+)""")


@dataclass(eq=False)
class Source:
    """One document: its lines and its nodes. Mutable: it remembers what was looked for."""

    path: str
    lines: tuple[str, ...]
    tree: ast.Module

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node; outer nodes come first."""
        around: dict[ast.AST, ast.AST] = {}
        waiting: deque[ast.AST] = deque([self.tree])
        while waiting:
            node = waiting.popleft()
            inside = parts(node)
            around.update(dict.fromkeys(inside, node))
            waiting += inside
        return around

    @cached_property
    def _by_line(self) -> dict[int, list[ast.expr]]:
        """The expressions that begin on each line, outer ones first."""
        found: dict[int, list[ast.expr]] = defaultdict(list)
        for node in self.parents:
            if isinstance(node, ast.expr):
                found[node.lineno].append(node)
        return found

    def node(self, location: Location) -> ast.expr | None:
        """The expression that stands at a place, from its first character to its last."""
        nodes = self._by_line.get(location.span.line, ())
        return next((node for node in nodes if self.span(node) == location.span), None)

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> Span:
        """Where a node stands."""
        end_line = node.end_lineno or node.lineno
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            end_line,
            self._column(end_line, node.end_col_offset or node.col_offset),
        )

    def location(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> Location:
        """Where a node stands, with the document's name."""
        return Location(self.path, self.span(node))

    def text(self, span: Span) -> str:
        """What stands at a span."""
        lines = list(self.lines[span.line - 1 : span.end_line])
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from the inside."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    @cached_property
    def imported(self) -> frozenset[str]:
        """Every part of a dotted name that is imported from, and every name that is imported."""
        names: set[str] = set()
        for node in self.parents:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names.update(part for alias in node.names for part in alias.name.split("."))
                names.update((node.module or "").split(".") if isinstance(node, ast.ImportFrom) else ())
        return frozenset(names)

    @cached_property
    def backend(self) -> str | None:
        """The backend of Keras that the document asks for by ``KERAS_BACKEND``, if it does."""
        found = _BACKEND.search("\n".join(self.lines))
        return None if found is None else found[1]

    @cached_property
    def quote(self) -> str:
        """The quotes that most strings of the document stand in."""
        strings = (node for node in self.parents if isinstance(node, ast.Constant))
        marks = Counter(
            self.lines[node.lineno - 1][span.column - 1 : span.column]
            for node in strings
            if isinstance(node.value, str) and (span := self.span(node))
        )
        return "'" if marks["'"] > marks['"'] else '"'

    def _column(self, line: int, column: int) -> int:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return column + 1 if text.isascii() else len(text.encode()[:column].decode(errors="ignore")) + 1


class Sources:
    """The documents of a project, each indexed once, and the sites that were found. Mutable."""

    def __init__(self, project: Project) -> None:
        """Nothing is indexed yet."""
        self._project = project
        self._sources: dict[str, Source | None] = {}
        self._mentioning: dict[str, list[str]] = {}
        self._sites: tuple[TrainingSite, ...] = ()
        self._taking: dict[Location, list[tuple[TrainingSite, Given]]] | None = None

    @property
    def sites(self) -> tuple[TrainingSite, ...]:
        """The sites that were found."""
        return self._sites

    @sites.setter
    def sites(self, sites: tuple[TrainingSite, ...]) -> None:
        self._sites, self._taking = sites, None

    def taking(self, location: Location) -> Sequence[tuple[TrainingSite, Given]]:
        """The sites that take what stands at a place, and the part that each takes it as."""
        if self._taking is None:
            self._taking = defaultdict(list)
            for site in self._sites:
                for part in _parts(site):
                    self._taking[part.location].append((site, part))
        return self._taking.get(location, ())

    def source(self, path: str) -> Source | None:
        """A document of the project by its path."""
        if path not in self._sources:
            parsed = self._project.load(path)
            indexed = None if parsed is None else Source(path, parsed.document.lines, parsed.tree)
            self._sources[path] = indexed
        return self._sources[path]

    def needed(self) -> Iterator[Source]:
        """Every document that was read for the one that is being judged."""
        for path in sorted(self._project.ledger.needs().files):
            source = self.source(path)
            if source is not None:
                yield source

    def mentioning(self, name: str) -> Iterator[Source]:
        """Every document that was asked for, can be read, and may hold this name."""
        if name not in self._mentioning:
            self._mentioning[name] = self._project.mentioning(name)
        for path in self._mentioning[name]:
            source = self.source(path)
            if source is not None:
                yield source

    def defines(self, name: str) -> bool:
        """Whether a document that was asked for defines a function of this name."""
        return any(
            isinstance(node, ast.FunctionDef) and node.name == name
            for source in self.mentioning(name)
            for node in nodes(source.tree)
        )

    def is_asked_for(self, path: str) -> bool:
        """Whether a file is among those that were asked for."""
        return os.path.abspath(path) in self._asked_for

    @cached_property
    def _asked_for(self) -> frozenset[str]:
        return frozenset(map(os.path.abspath, self._project.registered()))


def _parts(site: TrainingSite) -> Iterator[Given]:
    calls, data = site.compiled, site.data
    taken = () if calls is None else (calls.loss, calls.loss_weights, calls.metrics, calls.weighted_metrics)
    fed = () if data is None else (data.targets, data.sample_weight)
    yield from (part for part in (*taken, *fed) if isinstance(part, Given))
