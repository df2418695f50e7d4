"""Data of one input in another container than the input was given in, of which Keras 3.6 and later warns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.pairing.versions import Version
from keraslint.rewriting import parts
from keraslint.rewriting.containers import quoted
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite, Written
from keraslint.sites.reading import heads, is_mapping, is_sequence
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER502", since="0.1.0", severity=Severity.INFO, keras=3)

# keras/src/models/functional.py: _maybe_warn_inputs_struct_mismatch since 3.6; 3.7 and later takes lists for
# tuples, and fit of 3.10 and later makes a list of one array of the array.
WARNS, UNWRAPS = Version(3, 6, 0), Version(3, 10, 0)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the containers of the input and its data, where the one goes to the other."""
    match site:
        case TrainingSite(
            version=Version() as version,
            inputs=Given(tree=inputs) as declared,
            data=DataCall(inputs=Given(tree=data) as given, feed="arrays"),
        ) if isinstance(verdict, Paired) and version >= WARNS and len(heads(inputs)) == len(heads(data)) == 1:
            if _differs(inputs, data, version):
                message = f"Keras warns: {_kind(data, 'one array')} for {_kind(inputs, 'one input')}"
                related = (Related(declared.location, "the model is made with it here"),)
                fixes = _fixes(site, inputs, given)
                yield rule.finding(given.location, message, related=related, fixes=fixes)


def _differs(inputs: Tree[Written], data: Tree[Written], version: Version) -> bool:
    """Whether a single array stands in a container of one, or the reverse."""
    match inputs, data:
        case Leaf(), Branch(items=((_, Leaf(one)),)):
            return one.value is None and not one.is_none
        case Branch(), Leaf(one):
            array = one.value is None and one.name is None
            return array and (is_mapping(inputs) or (is_sequence(inputs) and version < UNWRAPS))
        case Branch(), Branch(items=((_, Leaf(one)),)):
            return is_mapping(inputs) and is_sequence(data) and one.value is None and not one.is_none
        case _:
            return False


def _kind(tree: Tree[Written], one: str) -> str:
    return f"{one} in a {tree.kind}" if isinstance(tree, Branch) else f"{one} alone"


def _fixes(site: TrainingSite, inputs: Tree[Written], given: Given) -> tuple[Fix, ...]:
    """The data as the input was."""
    if isinstance(inputs, Leaf):
        alone = parts.kept_only(site, given, (), 0)
        return parts.fix("Give the data by themselves", Safety.SAFE, alone)
    if not is_mapping(inputs):
        return ()
    key = str(inputs.keys[0])
    name = quoted(key, '"')
    wrapped = parts.around(given.location, f"{{{name}: ", "}")
    edits = parts.named(site, given, [key]) if isinstance(given.tree, Branch) else wrapped
    return parts.fix(f"Name the data {key!r}", Safety.SAFE, edits)
