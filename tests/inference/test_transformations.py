"""What is found does not hang on how a program is laid out: the fixtures, split over three files, moved into
a class, and as notebooks, give the findings that they gave before.

``TRAINING`` tells what trains from what builds; the rest of the sorting follows the names that statements
bind and read. A transformation that a program does not allow says why, and few may.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from keraslint.engine import Settings, check
from keraslint.findings import Report, Severity
from tests.programs import Program, programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

TRAINING = {"compile", "fit", "evaluate", "predict", "train_on_batch", "test_on_batch"}
TRAINING |= {f"{name}_generator" for name in ("fit", "evaluate", "predict")}
IMPORTS = (ast.Import, ast.ImportFrom)
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
SCOPES = (
    ast.FunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
DATA, MODEL, TRAIN = range(3)
FILES = ("data", "model", "train")
MOST_SKIPPED = 0.1

# Where a transformed program is read otherwise: the path of the program and the transformation, and why.
OPEN: dict[tuple[str, str], str] = {}


class ImpossibleError(Exception):
    """A program does not allow a transformation, and why."""


def reads(node: ast.AST) -> set[str]:
    """The names that a statement reads, in nested scopes too."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def binds(statement: ast.stmt) -> set[str]:
    """The names of the module that a statement binds."""
    return set(_bound(statement))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, DEFINITIONS):
        yield node.name
    elif isinstance(node, IMPORTS):
        yield from ((alias.asname or alias.name.partition(".")[0]) for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    if not isinstance(node, SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def touches(statement: ast.stmt) -> set[str]:
    """The names whose values a statement may change in place: receivers of methods and of assignments."""
    found = binds(statement)
    if isinstance(statement, DEFINITIONS):
        return found
    for node in ast.walk(statement):
        called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.func
        stored = isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store) and node
        receiver = called or stored
        if isinstance(receiver, ast.Attribute | ast.Subscript) and isinstance(receiver.value, ast.Name):
            found.add(receiver.value.id)
    return found


def trains(statement: ast.stmt) -> bool:
    """Whether a training call stands in a statement; the methods of a model's own class are none."""
    if isinstance(statement, ast.ClassDef):
        return False
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Attribute) and called.attr in TRAINING for called in calls)


def levels(body: Sequence[ast.stmt]) -> list[int]:
    """The file that each statement belongs to: as low as what it reads and changes allows."""
    imported = [statement for statement in body if isinstance(statement, IMPORTS)]
    keras = {name for one in imported if "keras" in ast.unparse(one) for name in binds(one)}
    modules = {name for one in imported for name in binds(one)}
    found = [TRAIN if trains(one) else MODEL if reads(one) & keras else DATA for one in body]
    while True:
        lowest: dict[str, int] = {}
        for statement, level in zip(body, found, strict=True):
            changed = binds(statement) if level == TRAIN else touches(statement)
            for name in changed - modules:
                lowest[name] = max(level, lowest.get(name, DATA))
        again = [
            max(
                level,
                *(lowest.get(name, DATA) for name in reads(one) | binds(one)),
                *(above for before, above in earlier if reads(before) & touches(one) - modules),
                DATA,
            )
            for one, level, earlier in _with_earlier(body, found)
        ]
        if again == found:
            return found
        found = again


def _with_earlier(
    body: Sequence[ast.stmt], found: Sequence[int]
) -> Iterator[tuple[ast.stmt, int, list[tuple[ast.stmt, int]]]]:
    """Each statement with its level, and those before it with theirs."""
    together = list(zip(body, found, strict=True))
    yield from ((one, level, together[:place]) for place, (one, level) in enumerate(together))


def sorted_by_file(source: str) -> tuple[list[ast.stmt], dict[int, list[ast.stmt]]]:
    """The imports of a program, and its other statements by the file that they belong to."""
    body = ast.parse(source).body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    imports: list[ast.stmt] = [statement for statement in body if isinstance(statement, IMPORTS)]
    files: dict[int, list[ast.stmt]] = {DATA: [], MODEL: [], TRAIN: []}
    for statement, level in zip(body, levels(body), strict=True):
        if statement not in imports:
            files[level].append(statement)
    return imports, files


def split(source: str) -> dict[str, str]:
    """One file for the data, one for the model, and one that imports both and trains."""
    imports, files = sorted_by_file(source)
    if not files[TRAIN] or not (files[DATA] or files[MODEL]):
        message = "everything trains, or nothing does"
        raise ImpossibleError(message)
    made: dict[str, str] = {}
    for level, statements in files.items():
        read = {name for statement in statements for name in reads(statement)}
        texts = [ast.unparse(statement) for statement in imports]
        for lower in range(level):
            names = sorted(read & {name for statement in files[lower] for name in binds(statement)})
            texts += [f"from {FILES[lower]} import {', '.join(names)}"] if names else []
        made[f"{FILES[level]}.py"] = "\n".join([*texts, *map(ast.unparse, statements), ""])
    return made


class _Attributes(ast.NodeTransformer):
    """Turns some names into attributes of ``self``, except where a scope has them for itself."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that is an attribute now."""
        if node.id not in self.names:
            return node
        return ast.Attribute(ast.Name("self", ast.Load()), node.id, node.ctx)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Whatever binds names of its own is visited without them."""
        if not isinstance(node, SCOPES):
            return super().generic_visit(node)
        own = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
        own |= {
            one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        inner = _Attributes(self.names - own)
        for child in ast.iter_child_nodes(node):
            replaced = {child: inner.visit(child)}
            _replace(node, replaced)
        return node


def _replace(node: ast.AST, replaced: dict[ast.AST, ast.AST]) -> None:
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            setattr(node, name, [replaced.get(one, one) for one in value])
        elif isinstance(value, ast.AST):
            setattr(node, name, replaced.get(value, value))


def into_a_class(source: str) -> dict[str, str]:
    """``__init__`` makes data and model, ``train`` trains; what both need are attributes."""
    imports, files = sorted_by_file(source)
    every = [*files[DATA], *files[MODEL], *files[TRAIN]]
    definitions = [one for one in every if isinstance(one, DEFINITIONS)]
    # What a function reads beside its arguments stays where it finds it, and so does what that was made of.
    outside: list[ast.stmt] = [*definitions]
    while grown := [
        one
        for one in every
        if one not in outside and touches(one) & {name for statement in outside for name in reads(statement)}
    ]:
        outside += grown
    if any(trains(one) for one in outside if one not in definitions):
        message = "a function reads what training changes"
        raise ImpossibleError(message)
    building = [one for one in (*files[DATA], *files[MODEL]) if one not in outside]
    training = [one for one in files[TRAIN] if one not in outside]
    if not training:
        message = "nothing trains outside of functions"
        raise ImpossibleError(message)
    shared = {name for one in building for name in touches(one)} & {n for one in training for n in reads(one)}
    shared &= {name for one in building for name in binds(one)}
    order = ast.parse(source).body
    texts = [ast.unparse(one) for one in order if _same(one, [*imports, *outside])]
    methods = [("__init__", building), ("train", training)]
    made = ["class Training:"]
    for name, statements in methods:
        made.append(f"    def {name}(self):")
        moved = [_Attributes(shared).visit(one) for one in statements]
        lines = [line for one in moved for line in ast.unparse(ast.fix_missing_locations(one)).split("\n")]
        made += [f"        {line}" for line in lines] or ["        pass"]
    return {"train.py": "\n".join([*texts, *made, "Training().train()", ""])}


def _same(statement: ast.stmt, others: Sequence[ast.stmt]) -> bool:
    return any(ast.dump(statement) == ast.dump(other) for other in others)


def into_a_notebook(source: str) -> dict[str, str]:
    """One cell for each statement of the module."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "source": ast.unparse(statement).splitlines(keepends=True),
        }
        for number, statement in enumerate(ast.parse(source).body)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return {"train.ipynb": json.dumps(notebook, indent=1)}


TRANSFORMATIONS: dict[str, Callable[[str], dict[str, str]]] = {
    "split": split,
    "class": into_a_class,
    "notebook": into_a_notebook,
}


def spreadable() -> list[Program]:
    """The programs without comments that matter: these are lost on the way."""
    return [program for program in programs() if "keraslint: ignore" not in program.source]


def transformed(program: Program, how: str) -> dict[str, str]:
    """The files that a program becomes."""
    if not program.parses:
        message = "it does not parse"
        raise ImpossibleError(message)
    made = TRANSFORMATIONS[how](program.source)
    for name, text in made.items():
        if name.endswith(".py"):
            ast.parse(text)
    return made


def found_in(paths: Sequence[str]) -> Counter[tuple[str, str]]:
    """Code and message of all findings; messages quote the source, whose quotes ``unparse`` changes."""
    outcomes = check(paths, Settings(severity=Severity.INFO))
    assert all(isinstance(outcome, Report) for outcome in outcomes), outcomes
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    return Counter((one.code, one.message.replace('"', "'")) for report in reports for one in report.findings)


CASES = [
    pytest.param(
        program,
        how,
        id=f"{how}-{program}",
        marks=[pytest.mark.xfail(reason=OPEN[str(program), how])] if (str(program), how) in OPEN else [],
    )
    for how in TRANSFORMATIONS
    for program in spreadable()
]


@pytest.mark.parametrize(("program", "how"), CASES)
def test_the_findings_are_the_same(program: Program, how: str, tmp_path: Path) -> None:
    try:
        files = transformed(program, how)
    except ImpossibleError as reason:
        pytest.skip(str(reason))
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = found_in([str(program.path)])
    assert found_in([str(tmp_path / name) for name in files]) == before


@pytest.mark.parametrize("how", TRANSFORMATIONS)
def test_few_programs_are_skipped(how: str) -> None:
    skipped = {}
    for program in spreadable():
        try:
            transformed(program, how)
        except ImpossibleError as reason:
            skipped[str(program)] = str(reason)
    assert len(skipped) <= MOST_SKIPPED * len(spreadable()), skipped


def test_most_programs_are_really_spread() -> None:
    spread = []
    for program in spreadable():
        try:
            files = transformed(program, "split")
        except ImpossibleError:
            continue
        others = [{type(one) for one in ast.parse(text).body}.difference(IMPORTS) for text in files.values()]
        spread.append(all(others))
    assert sum(spread) > 0.6 * len(spreadable()), sum(spread)


def test_the_comparison_can_fail(tmp_path: Path) -> None:
    program = next(one for one in programs("bad") if one.rule == "list-loss-for-dict-outputs")
    (tmp_path / "none.py").write_text("", encoding="utf-8")
    assert found_in([str(program.path)]) != found_in([str(tmp_path / "none.py")])
