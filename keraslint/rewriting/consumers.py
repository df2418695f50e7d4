"""The places where a model and its results stand enter; edits of the consumers leave, or why one escapes."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.findings import Edit
from keraslint.rewriting import calls
from keraslint.rewriting.containers import quoted
from keraslint.rewriting.predicted import Escaped, is_asked, listed, used
from keraslint.rewriting.reaching import definition, parameter
from keraslint.rewriting.refusal import Refused, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Location
    from keraslint.rewriting.groups import Group, Seen
    from keraslint.sites.sources import Source

# What a model gives does not depend on the container of its outputs there, or pairing answers for it.
KEPT = frozenset({
    "compile", "fit", "fit_generator", "evaluate", "evaluate_generator", "train_on_batch", "test_on_batch",
    "predict", "predict_on_batch", "predict_generator", "summary", "count_params", "trainable", "optimizer",
    "get_layer", "input", "inputs", "input_shape", "name", "stop_training", "history", "metrics_names",
    "metrics", "built", "build", "reset_states", "reset_metrics", "losses", "loss", "dtype", "run_eagerly",
    "call", "compiled",
})  # fmt: skip
# The order of the layers, and with it that of their weights, follows the outputs, whose keys Keras sorts.
ORDERED = frozenset({
    "get_weights", "set_weights", "weights", "trainable_weights", "trainable_variables", "variables",
    "non_trainable_weights", "save_weights", "load_weights", "layers",
})  # fmt: skip
WRITTEN_OUT = frozenset({"save", "export", "to_json", "to_yaml", "get_config", "save_model"})
HARMLESS = frozenset({"plot_model", "print", "isinstance", "id", "type", "hasattr", "issubclass", "display"})
# What takes predictions without asking for their container: a dict has as many entries as the list had.
COUNTING = frozenset({"print", "display", "id", "len"})
# What goes through a list of models and gives each of them on, so that it is followed from there.
WALKED = frozenset({"zip", "enumerate", "list", "tuple", "len", "reversed", "append", "extend"})
TRAINING = frozenset({
    "compile", "fit", "fit_generator", "evaluate", "train_on_batch", "test_on_batch", "predict",
    "predict_on_batch", "predict_generator", "outputs", "output", "output_names", "save", "export",
})  # fmt: skip


@dataclass(frozen=True)
class Consumers:
    """The consumers of one group.

    ``names`` are the keys in declared order, ``below`` the number of layers that certainly keep their places,
    ``inner`` the calls that give outputs of other models, which are rewritten too, ``listed`` whether
    predictions are put back into lists where they are made.
    """

    seen: Seen
    group: Group
    names: tuple[str, ...]
    below: int = 0
    inner: frozenset[Location] = frozenset()
    listed: bool = False

    def edits(self) -> Iterator[Edit]:
        """The edits of everything that takes the outputs by position."""
        for trace in self.group.traces:
            source = self._source(trace.location)
            node = source.node(trace.location)
            if node is None:
                continue
            if trace.call is None:
                yield from self._of_model(source, node)
            elif trace.call == "predict":
                yield from self._of_predicted(source, node)
        self._all_followed()

    def _source(self, location: Location) -> Source:
        source = None if self.seen.sources is None else self.seen.sources.source(location.document)
        if source is None:
            refuse("its source cannot be read", location)
        return source

    def _of_predicted(self, source: Source, node: ast.expr) -> Iterator[Edit]:
        if self.listed and not is_asked(node):
            return
        try:
            again = listed(source, node, self.names) if self.listed else ()
            yield from again or self._of_result(source, node, "predict")
        except Refused as refused:
            raise Escaped.like(refused) from None

    def _of_model(self, source: Source, node: ast.expr) -> Iterator[Edit]:
        parent = source.parents.get(node)
        match parent:
            case ast.Attribute(attr="output_names") if (whole := self._labelled(source, parent)) is not None:
                yield from calls.only(source, *whole)
            case ast.Attribute(attr=name):
                yield from self._picked(source, parent) or self._attribute(source, parent, name)
            case ast.Call(func=callee) if callee is node:
                if source.location(parent) not in self.inner:
                    yield from self._of_result(source, parent, "call")
            case ast.Call() | ast.keyword() | ast.Starred():
                self._passed(source, node, parent, "the model")
            case ast.Return():
                self._returned(source, parent, "the model")
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.IfExp():
                self._displayed(source, parent)
            case ast.Subscript() | ast.For() | ast.comprehension():
                refuse("the model is taken apart in a way that is not followed", source.location(node))
            case ast.Lambda() | ast.Yield():
                refuse("the model is given to whoever asks for it, who is not seen", source.location(node))

    def _picked(self, source: Source, outputs: ast.Attribute) -> calls.Edits | None:
        """``model.outputs[0]`` of a functional model by its key."""
        index = source.parents.get(outputs)
        functional = outputs.attr == "outputs" and self.group.sites[0].kind == "functional"
        if not isinstance(index, ast.Subscript) or not functional:
            return None
        place = _number(index.slice)
        if place is None or not -len(self.names) <= place < len(self.names):
            return None
        return calls.output_by_key(self.group.sites[0], source.location(index), self.names[place])

    def _displayed(self, source: Source, node: ast.expr) -> None:
        """A list or the like with the model in it: whoever takes it whole has to be followed."""
        parent = source.parents.get(node)
        match parent:
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.IfExp() | ast.BinOp():
                self._displayed(source, parent)
            case ast.Call() | ast.keyword() | ast.Starred():
                self._passed(source, node, parent, "the model", HARMLESS | WALKED)
            case ast.Return():
                self._returned(source, parent, "the model with other things")
            case ast.Assign(targets=[ast.Name(id=name)]):
                for read in ast.walk(source.tree):
                    around = source.parents.get(read)
                    taken = isinstance(around, ast.Call | ast.keyword | ast.Starred)
                    if taken and isinstance(read, ast.Name) and read.id == name and around is not None:
                        self._passed(source, read, around, "the model", HARMLESS | WALKED)

    def _labelled(self, source: Source, names: ast.expr) -> tuple[ast.Call, ast.expr] | None:
        """``dict(zip(model.output_names, predictions))``, which is what the predictions are in dicts."""
        zipped = source.parents.get(names)
        around = None if zipped is None else source.parents.get(zipped)
        match around, zipped:
            case _ if self.listed:
                return None
            case ast.Call(func=ast.Name(id="dict"), keywords=[]), ast.Call(
                func=ast.Name(id="zip"), args=[one, other]
            ):
                there = source.location(other)
                known = any(
                    trace.location == there and trace.call == "predict" for trace in self.group.traces
                )
                return (around, other) if one is names and known else None
        return None

    def _attribute(self, source: Source, node: ast.Attribute, name: str) -> calls.Edits:
        """Nothing to edit, or a refusal."""
        at = source.location(node)
        if name == "outputs" and _is_counted(source.parents.get(node)):
            return ()
        if name in WRITTEN_OUT:
            refuse(f"the model is written out by '{name}', and whoever reads it is not seen", at)
        ordered = name in ORDERED or (name == "get_layer" and _place_of(source.parents.get(node)) is not None)
        if ordered and list(self.names) != sorted(self.names) and not self._is_below(source, node):
            refuse(
                f"'{name}' goes by the order of the layers, which follows that of the outputs: "
                f"{sorted(self.names)} instead of {list(self.names)}",
                at,
            )
        if name not in KEPT | ORDERED and not isinstance(node.ctx, ast.Store) and not self._own(source, name):
            refuse(
                f"'{name}' of the model is not what it was once its outputs stand in a dict, or is not known",
                at,
            )
        return ()

    def _is_below(self, source: Source, node: ast.Attribute) -> bool:
        """Whether this is ``model.layers[3]`` of a layer below all heads, or only shown."""
        parent = source.parents.get(node)
        if isinstance(parent, ast.Expr):
            return True
        of_layers = node.attr == "layers" and isinstance(parent, ast.Subscript)
        place = _number(parent.slice) if of_layers and isinstance(parent, ast.Subscript) else None
        if node.attr == "get_layer" and (asked := _place_of(parent)) is not None:
            place = _number(asked)
        return place is not None and 0 <= place < self.below

    def _own(self, source: Source, name: str) -> bool:
        """Whether the program itself gives models such an attribute or method."""
        return any(
            (isinstance(one, ast.FunctionDef) and one.name == name)
            or (isinstance(one, ast.Attribute) and one.attr == name and isinstance(one.ctx, ast.Store))
            for one in ast.walk(source.tree)
        ) and name not in {"outputs", "output", "output_names", "output_shape"}

    def _passed(
        self, source: Source, node: ast.expr, parent: ast.AST, what: str, harmless: frozenset[str] = HARMLESS
    ) -> None:
        call = source.parents.get(parent) if isinstance(parent, ast.keyword | ast.Starred) else parent
        if not isinstance(call, ast.Call):
            refuse(f"{what} is passed on in a way that is not followed", source.location(node))
        if source.location(call) in self.seen.followed:
            return
        callee = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if callee not in harmless:
            refuse(f"{what} is passed to '{callee}', which is not seen", source.location(node))

    def _returned(self, source: Source, statement: ast.AST, what: str) -> None:
        function = next((one for one in source.above(statement) if isinstance(one, ast.FunctionDef)), None)
        if function is None:
            return
        if not any(_calls(node, function.name) for node in (*self._followed(), *self._values())):
            refuse(
                f"'{function.name}' returns {what}, and nothing that was checked calls it",
                source.location(function),
            )

    def _values(self) -> Iterator[ast.expr]:
        return (node for _, node in self._nodes())

    def _followed(self) -> Iterator[ast.expr]:
        """The calls that were followed into functions of the program."""
        for location in self.seen.followed:
            source = None if self.seen.sources is None else self.seen.sources.source(location.document)
            node = None if source is None else source.node(location)
            if node is not None:
                yield node

    def _nodes(self) -> Iterator[tuple[Source, ast.expr]]:
        for trace in self.group.traces:
            source = self._source(trace.location)
            node = source.node(trace.location)
            if node is not None:
                yield source, node

    def _of_result(self, source: Source, node: ast.expr, what: str) -> Iterator[Edit]:
        """One place where predictions stand, or the tensors of a call."""
        parent = source.parents.get(node)
        match parent:
            case ast.Expr():
                return
            case ast.Assign(targets=[ast.Tuple() | ast.List()]):
                found = calls.taken_apart(source, node, self.names, "predictions")
                if found is None:
                    refuse("the results are unpacked in a way that is not rewritten", source.location(node))
                yield from found
            case ast.Subscript(value=value) if value is node and (place := _number(parent.slice)) is not None:
                yield self._index(source, parent, place)
            case _ if what == "predict":
                self._predictions(source, node, parent)
            case _:
                refuse("the model is called, and what it gives is not followed", source.location(node))

    def _predictions(self, source: Source, node: ast.expr, parent: ast.AST | None) -> None:
        """Predictions that go elsewhere as a whole."""
        match parent:
            case ast.Assign(targets=[ast.Name()]):
                return
            case ast.Call(args=[names, other]) if other is node and self._labelled(source, names):
                return
            case ast.Return():
                self._returned(source, parent, "the predictions")
            case ast.Call() | ast.keyword():
                self._passed(source, node, parent, "what is predicted", COUNTING)
            case _:
                refuse(f"the predictions are {used(parent)}", source.location(node))

    def _index(self, source: Source, node: ast.Subscript, index: int) -> Edit:
        if not -len(self.names) <= index < len(self.names):
            refuse(f"there is no output {index}", source.location(node))
        return Edit(source.location(node.slice), quoted(self.names[index], source.quote))

    def _all_followed(self) -> None:
        """Whatever goes by a name of the model and is used as one has to be known for what it is."""
        names = {name for _, node in self._nodes() if (name := last(node))}
        known = {trace.location for trace in self.seen.traces}
        for document in sorted({trace.location.document for trace in self.group.traces}):
            source = self.seen.sources.source(document) if self.seen.sources else None
            for node in [] if source is None else ast.walk(source.tree):
                if (
                    source is None
                    or not isinstance(node, ast.Name | ast.Attribute)
                    or last(node) not in names
                ):
                    continue
                known_or_other = source.location(node) in known or self._is_other(source, node)
                if _is_model_of_others(source, node) and not known_or_other:
                    refuse("what may be this model stands where it is not followed", source.location(node))

    def _is_other(self, source: Source, node: ast.Name | ast.Attribute) -> bool:
        """Whether a name certainly is something else: what a library returned, an instance of a class.

        A parameter is, too: where this model is passed, that call is followed or refused.
        """
        names = {name for _, one in self._nodes() if (name := last(one))}
        if not isinstance(node, ast.Name):
            return False
        if (default := parameter(source, node)) is not None:
            return names.isdisjoint(last(one) for given in default for one in ast.walk(given))
        statement = definition(source, node, node.id)
        value = statement.value if isinstance(statement, ast.Assign) else None
        if not isinstance(value, ast.Call) or source.location(value) in self.group.models:
            return False
        called = last(value.func)
        own = called is not None and self.seen.sources is not None and self.seen.sources.defines(called)
        return names.isdisjoint(map(last, ast.walk(value))) and not own


def _is_model_of_others(source: Source, node: ast.Name | ast.Attribute) -> bool:
    """Whether a name is used as a model is, or is that of another scope in a function."""
    parent = source.parents.get(node)
    if isinstance(parent, ast.Attribute) and parent.attr in TRAINING:
        return True
    function = next(
        (one for one in source.above(node) if isinstance(one, ast.FunctionDef | ast.Lambda)), None
    )
    if function is None or not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return False
    own = {
        one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    return node.id not in own | {one.arg for one in ast.walk(function) if isinstance(one, ast.arg)}


def _is_counted(parent: ast.AST | None) -> bool:
    """``len(...)``."""
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "len"


def _place_of(call: ast.AST | None) -> ast.expr | None:
    """The ``index`` by which ``get_layer`` is asked for a layer."""
    if not isinstance(call, ast.Call):
        return None
    given = (keyword.value for keyword in call.keywords if keyword.arg == "index")
    return call.args[1] if len(call.args) > 1 else next(given, None)


def _number(node: ast.expr) -> int | None:
    """The number that an index is."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() as place):
            return place
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as place)):
            return -place
        case _:
            return None


def last(node: ast.AST) -> str | None:
    """The last name of ``a.b.model``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def _calls(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and last(node.func) == name
