"""``guard``: a block enters; every ``compile``, ``fit``, ``evaluate`` and batch call in it is examined."""

from __future__ import annotations

import inspect
import traceback
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from keraslint.findings import Finding, Severity
from keraslint.runtime import batches, checking, internals, kinds, naming, patching
from keraslint.runtime.examining import examine
from keraslint.runtime.judging import Question
from keraslint.runtime.places import caller, program_frame
from keraslint.runtime.report import MispairedError, Report, verify_raise_on
from keraslint.runtime.trees import tree_of
from keraslint.tree import MAPPINGS, Branch, Leaf, map_leaves

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from keraslint.findings import Location
    from keraslint.pairing import Call
    from keraslint.runtime.report import RaiseOn

_GIVEN = ("x", "y", "sample_weight")


@dataclass
class _Known:
    """What is remembered of a model: where it was compiled, and what has been examined since."""

    compiled_at: Location | None = None
    seen: set[object] = field(default_factory=set)
    report: Report | None = None


class Guard:
    """Examines what Keras is called with; ``reports`` and ``findings`` are what it saw so far.

    As a context manager it stands before the calls of its own thread, or of every thread that has no guard of
    its own. The innermost guard of a thread sees a call, once.
    """

    def __init__(
        self, raise_on: RaiseOn = None, *, print_fn: Callable[[str], object] | None, every_thread: bool
    ) -> None:
        """See ``guard``."""
        verify_raise_on(raise_on)
        self.raise_on, self.print_fn, self.every_thread = raise_on, print_fn, every_thread
        self.reports: list[Report] = []
        self._known: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()
        self._said: dict[Finding, None] = {}
        self._shown: set[object] = set()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, once."""
        return tuple(self._said)

    def __enter__(self) -> Guard:  # noqa: PYI034 - Self is of Python 3.11
        """Stand before Keras."""
        patching.enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Step aside; an exception goes on."""
        patching.leave(self)

    # -- what ``patching`` calls ---------------------------------------------------------------------------

    def call(self, model: Any, name: str, original: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Examine a call, then make it; a generator is handed on whole."""
        if name == "compile":
            result = original(*given, **named)
            self._compiled(model)
            return result
        try:
            bound = inspect.signature(original).bind(*given, **named)
        except (TypeError, ValueError):  # Keras says it better
            return original(*given, **named)
        self._fed(model, name, bound.arguments)
        return original(*bound.args, **bound.kwargs)

    def names_read(self, model: Any, attribute: str) -> None:
        """The program reads names off a model: say where their order is not that of what they are zipped
        with.
        """
        frame = program_frame()
        if frame is None:
            return
        with patching.Busy():
            use = naming.use_in(frame, attribute)
            text = None if use is None else self._deceives(model, attribute, use)
        if text is not None:
            finding = self._naming(model, attribute, text)
            if finding not in self._said:
                where = f"{finding.location.document}:{finding.location.span.line}"
                version = str(internals.keras_of(model).__version__)
                self._tell(Report(str(model.name), version, "", attribute, where, findings=(finding,)))

    def _naming(self, model: Any, attribute: str, text: str) -> Finding:
        """Where a compiled step returns dicts sorted, too, predictions are in the order of the names."""
        if attribute == "metrics_names":
            return kinds.METRICS_NAMES.at(caller(), text)
        keras = internals.keras_of(model)
        kept = internals.is_keras_2(keras) or keras.backend.backend() == "tensorflow"
        sure = kept or attribute == "outputs"
        return kinds.NAMES_ORDER.at(caller(), text, None if sure else Severity.INFO)

    def _deceives(self, model: Any, attribute: str, use: naming.Use) -> str | None:
        if attribute == "metrics_names":
            report = self._of(model).report
            if (
                report is None
                or len(report.evaluate) < len(_GIVEN)
                or report.evaluate == report.metrics_names
            ):
                return None
            return f"metrics_names are {list(report.metrics_names)}, evaluate returns {list(report.evaluate)}"
        declared = tree_of(internals.outputs_struct(model)) if internals.is_functional(model) else Leaf(None)
        if not isinstance(declared, Branch) or declared.kind not in MAPPINGS:
            return None
        keys = [str(key) for key in declared.keys]
        if keys == sorted(keys):
            return None
        order = f"{attribute} are in the order {sorted(keys)}, the outputs were declared as {keys}"
        if use.index is not None:
            moved = -len(keys) <= use.index < len(keys) and keys[use.index] != sorted(keys)[use.index]
            return f"{order}: [{use.index}] is {sorted(keys)[use.index]!r}" if moved else None
        alike = any(other.endswith((".outputs", ".output_names")) for other in use.zipped_with)
        return None if alike else f"{order}, and are zipped with {', '.join(use.zipped_with)}"

    # -- what is examined ----------------------------------------------------------------------------------

    def _of(self, model: Any) -> _Known:
        return self._known.setdefault(model, _Known())

    def _compiled(self, model: Any) -> None:
        """Without data only what is paired for certain is said: what Keras raises on, it raises on."""
        place = caller()
        self._known[model] = _Known(compiled_at=place)
        report = self._examined(Question(model, place, place))
        if report is not None and not report.outcome and report.findings:
            self._tell(report)

    def _fed(self, model: Any, name: str, arguments: dict[str, Any]) -> None:
        known = self._of(model)
        x, y, sample_weight = (arguments.get(one) for one in _GIVEN)
        key = name.partition("_")[0] if hasattr(x, "__next__") else _signature(name, y, sample_weight)
        if key in known.seen or x is None:
            return
        known.seen.add(key)
        place = caller()
        batch = self._batch(x, y, sample_weight)
        if batch is None:
            return
        arguments["x"] = batch.data
        report = self._examined(
            Question(
                model,
                known.compiled_at or place,
                place,
                batch=batch,
                call=_call(name),
                class_weight=arguments.get("class_weight") is not None,
                callbacks=_flat(arguments.get("callbacks")),
                validation=self._validation(arguments, batch),
            )
        )
        if report is not None:
            known.report = replace(report, data=None)
            self._tell(known.report)

    def _batch(self, x: Any, y: Any, sample_weight: Any) -> batches.Batch | None:
        try:
            return batches.take(x, y, sample_weight, untouched=True)
        except Exception:  # noqa: BLE001 - data that cannot be read are Keras's to complain of
            return None

    def _validation(self, arguments: dict[str, Any], batch: batches.Batch) -> batches.Batch | None:
        try:
            found = checking.validation_batch(arguments.get("validation_data"), untouched=True)
        except Exception:  # noqa: BLE001 - see above
            return None
        if found is None and (
            arguments.get("validation_split") or arguments.get("validation_data") is not None
        ):
            return replace(batch, data=None)
        return found

    def _examined(self, question: Question) -> Report | None:
        """A defect of ours must not end a program that would have run."""
        try:
            with patching.Busy():
                return examine(question)
        except Exception:  # noqa: BLE001 - see above; the report says it
            last = traceback.format_exc().strip().splitlines()[-1]
            where = f"{question.at.document}:{question.at.span.line}"
            reason = f"a defect of keraslint: {last}"
            return Report("?", "?", "?", question.call, where, undecided=(reason,))

    def _tell(self, report: Report) -> None:
        self.reports.append(report)
        new = [one for one in report.findings if one not in self._said]
        self._said |= dict.fromkeys(new)
        if self.print_fn is not None and (new or _pairs(report) not in self._shown):
            self._shown.add(_pairs(report))
            self.print_fn(str(replace(report, findings=tuple(new))))
        raised = () if report.outcome else tuple(one for one in report.at_least(self.raise_on) if one in new)
        if raised:
            raise MispairedError(report, raised)


def guard(
    raise_on: RaiseOn = None,
    *,
    print_fn: Callable[[str], object] | None = print,
    every_thread: bool = False,
) -> Guard:
    """Examine every ``compile``, ``fit``, ``evaluate``, ``train_on_batch`` and ``test_on_batch`` of a block.

    ``raise_on`` is as for ``check``: a ``MispairedError`` then comes before the first step. What Keras raises
    on itself is left to Keras. ``print_fn`` gets the text of each report, None prints nothing. The guard sees
    the calls of the thread that opens it, with ``every_thread`` those of all threads that have no guard of
    their own. Afterwards, also after an exception, Keras is as it was.

    A model is examined once for each compile call and structure of data. Nothing is read that would come
    otherwise the second time: a generator is handed on whole, a dataset that shuffles is judged by its
    ``element_spec``.

    Raises:
        ValueError: for a ``raise_on`` that does not exist.
    """
    return Guard(raise_on, print_fn=print_fn, every_thread=every_thread)


def _call(name: str) -> Call:
    known: dict[str, Call] = {
        "fit": "fit",
        "evaluate": "evaluate",
        "train_on_batch": "train_on_batch",
        "test_on_batch": "test_on_batch",
    }
    return known[name]


def _flat(callbacks: Any) -> tuple[Any, ...]:
    """The callbacks; a ``CallbackList`` holds them in ``callbacks``."""
    found = getattr(callbacks, "callbacks", callbacks) or ()
    return tuple(found) if isinstance(found, (list, tuple)) else (found,)


def _pairs(report: Report) -> object:
    """What has to be new for a table to be printed again: the pairs, whatever the numbers of the batch."""
    rows = tuple(replace(row, range=None, target_shape=None, target_dtype="") for row in report.rows)
    return (report.model, rows, report.undecided, report.outcome)


def _signature(name: str, y: Any, sample_weight: Any) -> object:
    """What has to be new for a call to be examined again: the call, and the structure of its data."""
    parts = (tree_of(part) for part in (y, sample_weight))
    shapes = (map_leaves(part, lambda _, leaf: _shape(leaf)) for part in parts)
    return (name, *shapes)


def _shape(leaf: Any) -> object:
    shape = getattr(leaf, "shape", None)
    return None if leaf is None else (str(tuple(shape)[1:]) if shape is not None else type(leaf).__name__)
