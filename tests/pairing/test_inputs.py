"""What the specification says of a model's inputs, held against releases of Keras and the one installed.

``fixtures/conformance/inputs.json`` has for each pair of inputs and data what ``model(data)`` did: which data
each input got, the first array of the data being 1, or what was raised; from a release on until the next.
Group I of the record beside it is older and has the same on three backends.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from keraslint.pairing.agreement import recordings
from keraslint.pairing.cases import structure
from keraslint.pairing.inputs import taken
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.versions import parse
from keraslint.tree import Branch, Kind, Leaf, Tree, leaves, map_leaves, sequence
from tests.programs import FIXTURES

if TYPE_CHECKING:
    from keraslint.pairing.agreement import Recording

CONFORMANCE = FIXTURES / "conformance"
RECORD: dict[str, dict[str, str]] = json.loads((FIXTURES / "conformance" / "inputs.json").read_text())
VERSIONS = ("3.3.3", "3.4.1", "3.5.0", "3.6.0", "3.7.0", "3.8.0", "3.12.4", "3.14.0", "3.15.1")

INPUTS: dict[str, Any] = {
    "list": ["b", "a"],
    "tuple": ("b", "a"),
    "dict": {"b": "b", "a": "a"},
    "sorted": {"a": "a", "b": "b"},
    "renamed": {"y": "b", "x": "a"},
    "one": "b",
    "list1": ["b"],
    "dict1": {"b": "b"},
}
DATA: dict[str, Any] = {
    "list": [1, 2],
    "tuple": (1, 2),
    "dict": {"b": 1, "a": 2},
    "dict_rev": {"a": 2, "b": 1},
    "extra_first": {"b": 1, "a": 2, "Aextra": 3},
    "extra_mid": {"b": 1, "a": 2, "ab": 3},
    "extra_last": {"b": 1, "a": 2, "z": 3},
    "missing": {"b": 1},
    "wrong": {"c": 1, "a": 2},
    "renamed": {"y": 1, "x": 2},
    "short": [1],
    "long": [1, 2, 3],
    "leaf": 1,
    "b_extra": {"b": 1, "A": 3},
    "other": {"q": 1},
}


def tree(literal: Any) -> Tree[Any]:
    """A literal as it is written."""
    match literal:
        case dict():
            return Branch("dict", tuple((key, Leaf(value)) for key, value in literal.items()))
        case list() | tuple():
            kind: Kind = "list" if isinstance(literal, list) else "tuple"
            return sequence(kind, [Leaf(value) for value in literal])
        case _:
            return Leaf(literal)


def said(case: str, version: str) -> str:
    """What the specification says, spelled as in the record."""
    declared, given = case.split("|")
    inputs, data = INPUTS[declared], DATA[given]
    try:
        found = taken(tree(inputs), tree(data), parse(version), "tensorflow")
    except RefusedError as refused:
        return refused.error
    assert found is not None
    got = {entry(inputs, path): entry(data, source) for path, source in found.pairs}
    return " ".join(f"{name}={value}" for name, value in sorted(got.items()))


def entry(literal: Any, path: tuple[Any, ...]) -> Any:
    """What stands at a path of at most one step."""
    return literal[path[0]] if path else literal


def recorded(case: str, version: str) -> str:
    """What a release did."""
    return [outcome for since, outcome in RECORD[case].items() if parse(since) <= parse(version)][-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_specification_says_what_each_release_did(version: str) -> None:
    assert len(RECORD) == len(INPUTS) * len(DATA)
    differing = {case: (said(case, version), recorded(case, version)) for case in RECORD}
    assert {case: both for case, both in differing.items() if both[0] != both[1]} == {}


def group_i() -> dict[str, dict[str, Any]]:
    """The cases about inputs."""
    lines = (CONFORMANCE / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return {case["id"]: case["inputs"] for case in map(json.loads, lines) if case.get("group") == "I"}


def agree(case: str, inputs: dict[str, Any], result: dict[str, Any], recording: Recording) -> bool | None:
    """Whether the specification says what was recorded; None where it does not say."""
    declared, given = structure(inputs["struct"]), structure(inputs["feed"])
    own = inputs.get("names", {})
    names = map_leaves(declared, lambda _, letter: own.get(letter, str(letter).lower()))
    letters, data = dict(leaves(declared)), dict(leaves(given))
    backend = "tensorflow" if case.endswith("/call") else recording.backend  # a call is not compiled
    try:
        found = taken(names, given, recording.version, backend)
    except RefusedError:
        return bool(result["verdict"] == "ERROR")
    if found is None:
        return None
    said = sorted(f"{letters[path]}<-{data[source]}" for path, source in found.pairs)
    return said == sorted(str(result["pairs"]).split(","))


@pytest.mark.parametrize(
    "recording", [one for one in recordings(CONFORMANCE) if one.version.major > 2], ids=lambda one: one.name
)
def test_the_specification_agrees_with_the_record(recording: Recording) -> None:
    cases = group_i()
    results = map(json.loads, recording.path.read_text(encoding="utf-8").splitlines())
    found = {
        result["id"]: agree(result["id"], cases[result["id"]], result, recording)
        for result in results
        if result["id"] in cases
    }
    assert [case for case, agrees in found.items() if agrees is False] == []
    assert not found or sum(agrees is True for agrees in found.values()) > 0.4 * len(found)


@pytest.mark.train
@pytest.mark.parametrize("declared", INPUTS)
def test_the_keras_that_is_installed_does_so(declared: str) -> None:
    pytest.importorskip("keras")
    import keras

    done = {f"{declared}|{given}": live(INPUTS[declared], DATA[given]) for given in DATA}
    assert done == {case: said(case, keras.__version__) for case in done}


def live(declared: Any, given: Any) -> str:
    """What the Keras that is installed does."""
    import keras
    import numpy as np

    inputs = {name: keras.Input((1,), name=name) for name in ("b", "a")}
    used = names(declared)
    model = keras.Model(
        mapped(declared, inputs.__getitem__),
        {name: keras.layers.Rescaling(1.0)(inputs[name]) for name in used},
    )
    try:
        outputs = model(mapped(given, lambda number: np.full((2, 1), number, "float32")))
    except (KeyError, ValueError) as error:
        return type(error).__name__
    got = {name: int(keras.ops.convert_to_numpy(outputs[name])[0, 0]) for name in sorted(used)}
    return " ".join(f"{name}={value}" for name, value in got.items())


def names(declared: Any) -> list[str]:
    """The inputs that a model has."""
    return [declared] if isinstance(declared, str) else list(getattr(declared, "values", lambda: declared)())


def mapped(literal: Any, function: Any) -> Any:
    """The same containers with other leaves."""
    match literal:
        case dict():
            return {key: function(value) for key, value in literal.items()}
        case list() | tuple():
            return type(literal)(map(function, literal))
        case _:
            return function(literal)
