"""Recorded cases: a line of ``fixtures/conformance/cases.jsonl`` enters, requests leave; a verdict enters,
the record's notation (``A(tB)+B | b_loss:B``) leaves. The letters mean what the README of the record says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from keraslint.pairing.model import ABSENT, Call, Feed, Metric, Paired, Rejected, Request, Term, Undecided
from keraslint.tree import Branch, Kind, Leaf, Tree, at, leaves, map_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keraslint.pairing.model import ModelKind, Part, Token, Verdict
    from keraslint.tree import Path

Json = Any
LOSS_NAMES = {
    "A": ("mse", "mean_squared_error"),
    "B": ("msle", "mean_squared_logarithmic_error"),
    "C": ("mape", "mean_absolute_percentage_error"),
    "D": ("log_cosh", "log_cosh"),
    "E": ("mae", "mean_absolute_error"),
}
METRIC_NAMES = {key: name for key, (_, name) in LOSS_NAMES.items()} | {"D": "logcosh"}
TRAINING: Mapping[str, Call] = {
    "fit": "fit",
    "evaluate": "evaluate",
    "evaluate_list": "evaluate",
    "train_on_batch": "train_on_batch",
    "test_on_batch": "test_on_batch",
}
FEEDS: Mapping[str, Feed] = {
    "numpy": "arrays",
    "generator": "generator",
    "generator_list": "generator",
    "generator_four": "generator",
    "pydataset": "py_dataset",
    "tfdata": "dataset",
    "tfdata_batched": "dataset",
    "tfdata_map": "dataset",
}
UNREADABLE = ("NAN", "ODD", "NA")
KERAS_2 = 2
# What Keras calls the operation behind ``tensor * 1.0``.
OPERATORS = {KERAS_2: "tf.math.multiply", 3: "multiply"}


def structure(spec: Json) -> Tree[Token]:
    """A case's structure as a tree: ``$t`` a tuple, ``$od`` an OrderedDict, ``$d`` a dict, ``$nt`` a
    namedtuple.
    """
    if isinstance(spec, list):
        return _branch("list", list(enumerate(spec)))
    if not isinstance(spec, dict):
        return Leaf(spec)
    if "$t" in spec:
        return _branch("tuple", list(enumerate(spec["$t"])))
    kinds: dict[str, Kind] = {"$od": "ordered_dict", "$d": "dict", "$nt": "namedtuple"}
    for mark, kind in kinds.items():
        if mark in spec:
            return _branch(kind, spec[mark])
    return _branch("dict", list(spec.items()))


def _branch(kind: Kind, items: list[tuple[str | int, Json]]) -> Tree[Token]:
    return Branch(kind, tuple((key, structure(child)) for key, child in items))


def _letter(token: Token) -> str:
    return str(token).rpartition(":")[2]


@dataclass(frozen=True)
class Case:
    """One recorded case: its id, the structures of letters that were given to Keras, and which Keras that
    was.
    """

    id: str
    spec: Json
    major: int = 3

    @property
    def outputs(self) -> Tree[Token]:
        """The outputs as letters."""
        return structure(self.spec["model"]["outputs"])

    def part(self, name: str) -> Tree[Token] | None:
        """A part as letters, None where it was not given."""
        for room in ("compile", "data"):
            if name in self.spec[room]:
                return structure(self.spec[room][name])
        return None

    @property
    def actions(self) -> tuple[str, ...]:
        """The calls after ``compile``, in order."""
        return tuple(self.spec.get("actions", ["fit", "evaluate", "predict"]))

    @property
    def is_pairing(self) -> bool:
        """Whether Keras comes to train at all: not in group I, not with two layers of one name, not where the
        case only predicts, and not where ``from_tensor_slices`` is given a list, of which it makes no
        dataset.
        """
        builds = "model" in self.spec and self.spec["model"]["kind"] != "dupname"
        return builds and any(action in TRAINING for action in self.actions) and not self._slices_a_list

    @property
    def _slices_a_list(self) -> bool:
        given = (self.part("y"), self.part("sample_weight"))
        lists = (isinstance(tree, Branch) and tree.kind == "list" for tree in given)
        return self.spec["data"]["feed"] == "tfdata" and any(lists)

    @property
    def is_about_shapes(self) -> bool:
        """Whether it is decided by the shape of an array, which no request shows."""
        weights = self.part("sample_weight")
        return isinstance(weights, Leaf) and str(weights.value).startswith("cat:")

    def requests(self) -> tuple[tuple[str, Request], ...]:
        """Each action that pairs something, with its request."""
        asked = [action for action in self.actions if action in TRAINING]
        return tuple((action, self._request(TRAINING[action])) for action in asked)

    def _request(self, call: Call) -> Request:
        return Request(
            outputs=_outputs(self.spec["model"], OPERATORS[self.major]),
            kind=_kind(self.spec["model"]["kind"]),
            loss=_spelled(self.part("loss"), _loss_name),
            loss_weights=_spelled(self.part("loss_weights"), _weight),
            metrics=_spelled(self.part("metrics"), _metric_name),
            weighted_metrics=_spelled(self.part("weighted_metrics"), _metric_name),
            call=call,
            targets=_arrays(self.part("y")),
            sample_weight=_spelled(self.part("sample_weight"), lambda token: token),
            class_weight="class_weight" in self.spec["data"],
            feed=FEEDS[self.spec["data"]["feed"]],
            batch="list" if self.spec["data"]["feed"] == "generator_list" else "tuple",
            entries=4 if self.spec["data"]["feed"] == "generator_four" else 3,
        )


def _kind(kind: str) -> ModelKind:
    if kind.startswith("subclass"):
        return "subclass"
    return "sequential" if kind == "sequential" else "functional"


def _outputs(model: Json, operator: str) -> Tree[str | None]:
    """The outputs with the names of the operations that make them, as the recording harness built them."""
    tree = structure(model["outputs"])
    letters = list(dict.fromkeys(str(letter) for _, letter in leaves(tree)))
    kind = model["kind"]

    def name(_: Path, token: Token) -> str | None:
        letter = str(token)
        if kind.startswith("subclass"):
            return None
        if kind == "op":
            number = letters.index(letter)
            return f"{operator}_{number}" if number else operator
        fixed = {"shared": "head", "submodel": "inner", "dupname": "same"}
        return fixed.get(kind) or str(model.get("layers", {}).get(letter, letter.lower()))

    return map_leaves(tree, name)


def _spelled(tree: Tree[Token] | None, spell: Callable[[Token], Token]) -> Part:
    if tree is None:
        return ABSENT
    return map_leaves(tree, lambda _, token: None if token is None else spell(token))


def _loss_name(token: Token) -> Token:
    prefix, _, letter = str(token).rpartition(":")
    if letter not in LOSS_NAMES:
        return token
    if prefix == "fn":
        return f"fn_{letter.lower()}"
    return LOSS_NAMES[letter][prefix != "str"]


def _metric_name(token: Token) -> Token:
    text = str(token)
    if text.startswith("named:"):
        return text.rpartition(":")[2]
    if text == "acc":
        return "accuracy"
    if text.startswith(("str:", "fn:")):
        return _loss_name(token)
    return METRIC_NAMES.get(text, text)


def _weight(token: Token) -> Token:
    text = str(token)
    if text.startswith("int:"):
        return int(text[4:])
    return {"A": 0.3711, "B": 1.6143, "C": 2.8317, "D": 0.7719, "E": 1.1931, "S": 1.2937}[text]


def _arrays(tree: Tree[Token] | None) -> Part:
    """Targets; ``py:A`` is a list of lists of numbers, which Keras walks into."""
    if tree is None:
        return ABSENT
    if isinstance(tree, Leaf):
        if not str(tree.value).startswith("py:"):
            return tree
        rows = (Branch("list", ((0, Leaf(float(row))),)) for row in range(4))
        return Branch("list", tuple(enumerate(rows)))
    return Branch(tree.kind, tuple((key, cast("Tree[Token]", _arrays(child))) for key, child in tree.items))


@dataclass(frozen=True)
class Notation:
    """Writes what was paired in a case in the record's notation."""

    case: Case

    def pairs(self, paired: Paired) -> str:
        """``terms | one entry a logged loss | one entry a metric``; what is logged and never computed shows
        0.
        """
        parts = ["+".join(sorted(self.term(term) for term in paired.terms)) or "0"]
        metrics = {metric.log: self.metric(metric) for metric in paired.metrics}
        losses = {term.log: self.logged(term) for term in paired.terms if term.log}
        for log in paired.logs:
            if log != "loss" and log not in {**losses, **metrics}:
                idle, text = (losses, "0") if log.endswith("_loss") else (metrics, "?0")
                idle[log] = text
        parts += [
            " ".join(f"{log}:{text}" for log, text in entries.items())
            for entries in (losses, metrics)
            if entries
        ]
        return " | ".join(parts)

    def logged(self, term: Term) -> str:
        """One term as its own log shows it; the record leaves out ``(w-)`` where it is the only mark."""
        shown = term if term.log_weighted else replace(term, weight=None)
        return self.term(shown).replace("(w-)", "")

    def term(self, term: Term) -> str:
        """One term: the letter of its head, and what was not the head's own."""
        head = self._at(self.case.outputs, term.head)
        marks = [*self._target(head, term.target), *self._loss(head, term.loss)]
        marks += self._weight(head, term.weight)
        weights = self.case.part("sample_weight")
        if weights is not None:
            marks += _other(head, "s", _read(weights, term.sample_weight), "S")
        return head + (f"({','.join(marks)})" if marks else "")

    def metric(self, metric: Metric) -> str:
        """One metric in the same notation; ``s+`` is the head's own (or the shared) sample weight."""
        head = self._at(self.case.outputs, metric.head)
        tree = self.case.part("weighted_metrics" if metric.weighted else "metrics")
        written = str(_read(tree, metric.metric))
        if written == "acc":
            return "?"
        letter = written.removeprefix("named:").split(":", maxsplit=1)[0]
        letter = letter if written.startswith("named:") else _letter(written)
        marks = [*self._target(head, metric.target), *([f"l{letter}"] if letter != head else [])]
        if metric.sample_weight is not None:
            own = _other(head, "s", _read(self.case.part("sample_weight"), metric.sample_weight), "S")
            marks += own or ["s+"]
        return head + (f"({','.join(marks)})" if marks else "")

    def _target(self, head: str, path: Path | None) -> list[str]:
        token = _read(self.case.part("y"), path)
        return [] if _letter(token) == head else [f"t{_letter(token)}"]

    def _loss(self, head: str, path: Path) -> list[str]:
        tree = self.case.part("loss")
        if tree is None or isinstance(tree, Leaf):
            return []
        letter = _letter(_read(tree, path))
        return [f"l{letter}"] if letter != head else []

    def _weight(self, head: str, path: Path | None) -> list[str]:
        tree = self.case.part("loss_weights")
        if tree is None:
            return []
        written = _read(tree, path)
        if str(written).startswith("int:"):
            # The record's decoder: int:2 is always written for the first output, int:3 for the second.
            order = [str(letter) for _, letter in leaves(self.case.outputs)]
            owner = order[int(_letter(written)) - 2]
            return [] if owner == head else [f"w{owner}"]
        shared = written == "S" and all(letter != head for _, letter in leaves(tree))
        return [] if shared else _other(head, "w", written, head)

    @staticmethod
    def _at(tree: Tree[Token], path: Path) -> str:
        return str(_read(tree, path))


def _other(head: str, mark: str, token: Token, shared: str) -> list[str]:
    if token is None:
        return [f"{mark}-"]
    return [] if _letter(token) in (head, shared) else [f"{mark}{_letter(token)}"]


def _read(tree: Tree[Token] | None, path: Path | None) -> Token:
    if tree is None or path is None:
        return None
    node = at(tree, path)
    return node.value if isinstance(node, Leaf) else "?"


@dataclass(frozen=True)
class Reading:
    """A case's answer in the record's terms: the pairs, or the action that raised."""

    verdict: str
    pairs: str | None = None
    stage: str | None = None
    logs: tuple[str, ...] = ()
    message: str = ""


def read(case: Case, judge: Callable[[Request], Verdict]) -> Reading:
    """Judge each action of a case in order, as the harness ran them; the first that raises ends it."""
    if case.is_about_shapes:
        return Reading("undecided", message="sample weights of two columns fit or not by their shape")
    readings: list[Reading] = []
    for action, request in case.requests():
        verdict = judge(request)
        if isinstance(verdict, Undecided):
            return Reading("undecided", message=verdict.reason)
        if isinstance(verdict, Rejected):
            early = verdict.call in ("Model", "compile")
            return Reading("rejected", stage=verdict.call if early else action, message=verdict.message)
        readings.append(Reading("paired", Notation(case).pairs(verdict), None, verdict.logs))
    return readings[-1]


def agrees(reading: Reading, record: Json) -> bool | None:
    """Whether the record says the same; None where it cannot be read or the case was left undecided."""
    if reading.verdict == "undecided" or record["verdict"].split("+")[0] in UNREADABLE:
        return None
    error = record.get("error")
    if error is not None:
        stage = error["stage"]
        return stage not in {*TRAINING, "Model", "compile"} or stage == reading.stage
    return reading.pairs is not None and _same(reading.pairs, record["pairs"])


def _same(said: str, recorded: str) -> bool:
    """Whether the parts have the same entries; what the decoder could not name counts by its log."""
    unnamed = {entry.split("?")[0] for entry in recorded.split() if "?" in entry}

    def normal(pairs: str) -> list[list[str]]:
        parts = (part.split(" ") for part in pairs.split(" | "))
        return [sorted(_or_log(entry, unnamed) for entry in part) for part in parts]

    return normal(said) == normal(recorded)


def _or_log(entry: str, unnamed: set[str]) -> str:
    log = entry.rpartition(":")[0] + ":"
    return log if log in unnamed else entry.split("?", maxsplit=1)[0]
