"""Clauses: the numbered lines of Keras 3 that the specification mirrors, and those a verdict followed.

The lines themselves are quoted where they are mirrored. The clauses of Keras 2 stand in ``keras2``.
"""

from __future__ import annotations

from dataclasses import dataclass

from keraslint.pairing.versions import Version, parse


class Trail:
    """The clauses that a request has met so far, each once."""

    def __init__(self) -> None:
        """Start without any."""
        self._met: dict[str, None] = {}

    def met(self, clause: str) -> None:
        """Note a clause."""
        self._met[clause] = None

    @property
    def clauses(self) -> tuple[str, ...]:
        """Their numbers in the order in which they were met."""
        return tuple(self._met)


@dataclass(frozen=True)
class Clause:
    """What Keras does from ``since`` to ``until``; ``case`` shows it in the recording ``seen``."""

    number: str
    since: Version
    until: Version | None
    says: str
    case: str
    seen: str

    def holds(self, version: Version) -> bool:
        """Whether a version has it."""
        return self.since <= version and (self.until is None or version <= self.until)


# number, first and last release (- is open) and what it says; then the case and the recording that show it
_TABLE = """
O10 3.0 3.3 a functional model is not built from nested outputs
    N/det/loss=str/y=same in 3.3.3
O11 3.0 - a functional model hands out the one output of a list of one
    R/one_list/fit_first in 3.15.1
J10 3.0 - text and numbers as keys of one dict are not sorted
    X/mixedkeys/str in 3.15.1
C10 3.0 - one weight must be a float; up to 3.2 it must be a list or dict
    ONE/one/loss=obj/w=int_scalar in 3.15.1
C11 3.0 - metrics must be a list, tuple or dict
    ONE/one/metrics=str in 3.15.1
F10 3.0 - lists of numbers are no arrays
    ONE/one/loss=obj/y=pylist in 3.15.1
F11 3.0 3.11 None among arrays has no shape
    LY/dictBA/loss=dict/y=dict_none0 in 3.11.3
F12 3.0 - class weights need one target, and no sample weights beside them
    CW/one/y=dict in 3.15.1
F13 3.0 - one array of sample weights is every target's own
    N/det/loss=str/sw=one in 3.15.1
F14 3.0 - sample weights for arrays have the structure of the targets
    ONE/one/sw=list/y=dict in 3.15.1
F20 3.1 - on TensorFlow lists of arrays arrive as tuples
    R/dol/fit_first in 3.15.1-tensorflow
F21 3.0 3.0 lists of arrays arrive as tuples
    R/listBA/fit2_val in 3.0.5
F23 3.0 - on TensorFlow a generator or PyDataset cannot yield lists
    F/one/generator/list in 3.15.1-tensorflow
F22 3.0 - tf.data makes one tensor of a list
    F/dictBA/tfdata_map/loss=dict/y=list in 3.15.1-tensorflow
T10 3.7 - targets of the outputs' own structure stay
    R/det/tob in 3.15.1
T11 3.7 - one target goes to the one output in a container
    R/sub_onel/fit_first in 3.15.1
T12 3.7 - a dict of targets for a list of outputs goes by the output names
    LY/listBA/loss=fn1/y=dict in 3.15.1
T13 3.7 - targets are packed leaf by leaf into the outputs, a dict's keys sorted
    R/listBA/fit2_val in 3.15.1-tensorflow
T14 3.7 - targets with the same paths in other containers fit
    R/dol/fit_first in 3.15.1-tensorflow
T15 3.7 - as many targets as losses take the structure of the losses
    N/det/loss=same/y=det_list in 3.15.1
T16 3.7 - other targets are refused
    N/lod/loss=str/y=miss in 3.15.1
L10 3.1 - on TensorFlow tracking makes a leaf of a dict (up to 3.6) or tuple inside a loss, which is none
    N/lod1/loss=same/y=flat_list in 3.6.0-tensorflow
L20 3.7 - a dict of losses for no dict of outputs goes by the output names, all of them
    ONE/one/loss=dict/w=dict in 3.15.1
L21 3.7 - and so does a dict of weights beside it
    ONE/one/loss=dict/w=dict in 3.15.1
L22 3.7 - without output names it is refused
    ONE/seq/loss=dict/y=array in 3.15.1
L23 3.7 - one loss is every output's own
    R/det/tob in 3.15.1
L30 3.7 - weights of the losses' own structure stay
    N/det/loss=same/w=same in 3.15.1
L31 3.7 - as many weights as losses, else refused: one loss for all counts as one
    N/det/loss=str/w=same in 3.15.1
L32 3.7 - other weights are flattened, and packed into the losses
    W/dictBA/loss=dict/w=list in 3.15.1
L41 3.7 - of several losses for one output only the first counts
    ONE/one/loss=list2/y=array in 3.15.1
L43 3.8 - a dict of targets that fits nothing is packed by its keys, which are no numbers
    F/one/generator/dict in 3.15.1
L44 3.7 - a built-in loss takes no dict
    N/lod/loss=sub_one/y=same in 3.15.1
L45 3.7 - sample weights are looked up by the path of the loss
    ONE/one/sw=arr/y=dict in 3.15.1
L46 3.0 - a target None is no tensor
    LY/dictBA/loss=dict/y=dict_none0 in 3.15.1-tensorflow
L47 3.0 - a loss function takes a target structured like its head
    R/lod1/fit_first in 3.15.1-tensorflow
L50 3.7 - a list with a loss for each leaf goes by the flattened outputs
    R/dol/tob in 3.15.1
L51 3.7 - a list that does not fit gives each of its losses all that stands here
    ONE/one/loss=list2/y=array in 3.15.1
L52 3.7 - a loss in another container than the outputs is refused
    R/odBA/fit_first in 3.15.1
L53 3.7 - a loss at a key gets what stands there; an output without a loss is not trained
    R/det/tob in 3.15.1
L54 3.7 - None in a list that does not fit is refused
    ONE/one/loss=list_none/y=array in 3.15.1
L55 3.7 - a loss is logged by its path; for all of several nameless outputs there is none
    N/sub_tot/loss=sub_one/y=same in 3.15.1
L60 3.0 - without any term there is nothing to train, but on JAX
    ONE/one/loss=none/y=array in 3.15.1-tensorflow
M10 3.14 - metrics go by the keys of a dict of outputs
    R/dictNE/tob in 3.15.1
M11 3.14.1 - targets in a dict are read by the names of the outputs
    R/dictBA/tob in 3.15.1
M12 3.14 - all metrics are the one output's own
    R/one/fit_first in 3.15.1
M13 3.14 - a list with an entry for each output goes by position, a dict's keys sorted
    R/dictBA/tob in 3.15.1
M14 3.14 - a dict of metrics goes by the names of the outputs
    M/tupBA/metrics=dict in 3.15.1
M15 3.14 - other metrics need the structure of the outputs, and so do the targets
    N/det/metrics=same in 3.15.1
M16 3.14 - an entry is a metric or a list of metrics, nothing deeper
    N/lod1/metrics=same in 3.15.1
M20 3.0 3.11 metrics go by the layers' names before the keys of a dict of outputs
    R/dictAB/fit_first in 3.11.3
M21 3.12 3.13 metrics go by the keys of a dict of outputs
    R/dictNE/tob in 3.13.2
M22 3.0 3.13 a dict of targets is read by the names that it has
    R/dictBA/tob in 3.13.2
M23 3.0 3.13 a dict of metrics names outputs only
    N/det/metrics=only_a in 3.13.2
M24 3.0 3.13 all metrics are the one output's own
    R/one/fit_first in 3.13.2
M25 3.0 3.13 a list of metrics has one entry for each output
    R/dictBA/tob in 3.13.2
M26 3.0 3.13 a dict of metrics goes by names, beside the flattened outputs
    N/dol/metrics=same in 3.13.2
M27 3.0 3.13 an entry is a metric or a list of metrics, nothing deeper
    N/det/metrics=same in 3.13.2
M30 3.0 3.13 fewer sample weights than targets: the first is every metric's own
    ONE/one/sw=dict_wrong/y=array in 3.13.2
M31 3.0 3.14.0 metrics, targets and outputs end with the shortest
    M/dictNE/partial_loss_partial_y_metric in 3.14.0
M32 3.0 - a name in the logs that is taken gets a number
    M/dictBA/both=dict/sw=nat in 3.15.1
M33 3.0 - a built-in metric takes no dict
    N/det/metrics=subtree in 3.13.2
M34 3.0 - a target None is no tensor
    E/listBA/loss=list_none1/y=list_none1/metrics=lol in 3.15.1-tensorflow
R10 3.5 3.6 outputs are named by the sorted keys of their dict
    R/det/tob in 3.6.0
R11 3.5 3.6 one loss is every output's own
    R/det/tob in 3.6.0
R12 3.5 3.6 a dict of losses names outputs only
    N/det/loss=dotpath/y=same in 3.6.0
R13 3.5 3.6 a dict of targets has every key of the losses
    N/det/loss=str/y=dotpath in 3.6.0
R14 3.5 3.5 an output without a loss is taken out twice, which fails
    N/dol/loss=only_c/y=same in 3.5.0
R15 3.5 3.6 of a list of outputs none is left where a loss is missing
    E/listBA/loss=dict_of_both/y=list in 3.6.0-tensorflow
R16 3.6 3.6 on TensorFlow a first trace leaves nothing out
    E/dictBA/loss=dict_miss/y=dict in 3.6.0-tensorflow
R20 3.5 3.6 losses are flattened, dicts by sorted keys, one for each output
    LY/listBA/loss=dict/y=list in 3.6.0
R21 3.5 3.6 weights are flattened by themselves
    N/det/loss=str/w=same in 3.6.0
R22 3.5 3.6 logs are named by text only
    X/intkeys/str in 3.6.0
R30 3.5 3.6 losses, targets and outputs end with the shortest
    N/lod/loss=str/y=miss in 3.6.0
R31 3.5 3.6 fewer sample weights than targets: the first is every target's own
    F/dictBA/generator/sw=one in 3.6.0
Q11 3.0 3.4 a dict of targets is read by the output names that it has
    LY/listBA/loss=list/y=dict_miss0 in 3.4.1
Q20 3.0 3.4 a dict of losses names outputs only
    X/intkeys/dict in 3.4.1
Q21 3.0 3.4 one loss is every output's own
    LY/listBA/loss=str1/y=list in 3.4.1
Q22 3.0 3.4 one output has one loss
    ONE/one/loss=list2/y=array in 3.4.1
Q23 3.0 3.4 and one weight, a float
    ONE/one/loss=obj/w=dict in 3.4.1
Q24 3.0 3.4 a list of losses has one for each output; None moves the others up
    LY/listBA/loss=list_none0/y=list in 3.4.1
Q25 3.0 3.4 a list of losses takes a list of weights
    N/det/loss=str/w=same in 3.4.1
Q26 3.0 3.4 a dict of losses goes by the output names
    LY/listBA/loss=dict/y=list in 3.4.1
Q27 3.0 3.4 a dict of losses takes a dict of weights, floats
    W/odBA/loss=dict/w=dict in 3.4.1
Q30 3.0 3.4 fewer sample weights than targets: the first is every target's own
    F/dictBA/generator/sw=one in 3.4.1
"""


def _clauses() -> list[Clause]:
    lines = _TABLE.strip().splitlines()
    return [_clause(what, where) for what, where in zip(lines[::2], lines[1::2], strict=True)]


def _clause(what: str, where: str) -> Clause:
    number, since, until, says = what.split(maxsplit=3)
    case, _, seen = where.strip().rpartition(" in ")
    first = since if since.count(".") > 1 else f"{since}.0"
    return Clause(number, parse(first), None if until == "-" else parse(until), says, case, seen)


CLAUSES: dict[str, Clause] = {clause.number: clause for clause in _clauses()}
"""Every clause of Keras 3 by its number."""
