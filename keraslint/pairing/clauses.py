"""Clauses: the numbered lines of Keras 3 that the specification mirrors, and those a verdict followed.

Each can be checked by itself: it says what holds from which release to which, names a recorded case that
shows it, and quotes the lines of Keras that do it. The clauses of Keras 2 stand in ``keras2``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.versions import Version, parse

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    """What Keras does from ``since`` to ``until``.

    ``case`` shows it in the recording ``seen``; ``line`` is the line of Keras that does it, in ``file``
    (below keras/src) of that very release; ``...`` stands for lines between.
    """

    number: str
    since: Version
    until: Version | None
    says: str
    case: str
    seen: str
    file: str
    line: str

    def holds(self, version: Version) -> bool:
        """Whether a version has it."""
        return self.since <= version and (self.until is None or version <= self.until)


# number, first and last release (- is open) and what it says; the case and the recording that show it; the
# lines of Keras, as they stand below keras/src in the release of that recording
_TABLE = r"""
O10 3.0 3.3 a functional model is not built from nested outputs
    N/det/loss=str/y=same in 3.3.3
    models/functional.py: if isinstance(outputs, dict): for k, v in outputs.items(): if not isinstance(v,
        backend.KerasTensor): raise ValueError(
O11 3.0 - a functional model hands out the one output of a list of one
    R/one_list/fit_first in 3.15.1
    models/functional.py: return unpack_singleton(outputs)
O12 3.0 - JAX sorts the keys of the dicts that a model hands out
    R/dictBA/tob in 3.15.1
    trainers/trainer.py: y_pred = backend.compute_output_spec(self, x, training=False)
O13 3.1 3.7 predict reads an OrderedDict by sorted keys, and returns it as it was written
    LY/sub_odBA/loss=str1/y=dict in 3.7.0
    tree/optree_impl.py: shallow_structure, *structures ): results.append(func(*path_and_values)) ...
        return shallow_structure_spec.unflatten(results)
J10 3.0 - text and numbers as keys of one dict are not sorted
    X/mixedkeys/str in 3.15.1
    tree/optree_impl.py: keys = sorted(list(d.keys()))
C10 3.0 - one weight must be a float; up to 3.2 it must be a list or dict
    ONE/one/loss=obj/w=int_scalar in 3.15.1
    trainers/compile_utils.py: if loss_weights and not isinstance( loss_weights, (list, tuple, dict,
        float) ): raise ValueError(
C11 3.0 - metrics must be a list, tuple or dict
    ONE/one/metrics=str in 3.15.1
    trainers/compile_utils.py: if metrics and not isinstance(metrics, (list, tuple, dict)): raise
        ValueError(
F10 3.0 - lists of numbers are no arrays
    ONE/one/loss=obj/y=pylist in 3.15.1
    trainers/data_adapters/__init__.py: if array_data_adapter.can_convert_arrays((x, y, sample_weight)):
        ... raise ValueError(
F11 3.0 3.11 None among arrays has no shape
    LY/dictBA/loss=dict/y=dict_none0 in 3.11.3
    trainers/data_adapters/data_adapter_utils.py: num_samples = set(int(i.shape[0]) for i in
        tree.flatten(data))
F12 3.0 - class weights, of training alone, need one target and no sample weights beside them
    CW/one/y=dict in 3.15.1
    trainers/data_adapters/array_data_adapter.py: if tree.is_nested(y): raise ValueError( "`class_weight`
        is only supported for Models with a single " "output." )
F13 3.0 - one array of sample weights is every target's own
    N/det/loss=str/sw=one in 3.15.1
    trainers/data_adapters/array_data_adapter.py: sample_weight = tree.map_structure( lambda _:
        sample_weight, y )
F14 3.0 - sample weights for arrays have the structure of the targets
    ONE/one/sw=list/y=dict in 3.15.1
    trainers/data_adapters/array_data_adapter.py: if isinstance(sample_weight, (list, tuple, dict)): try:
        tree.assert_same_structure(y, sample_weight)
F20 3.1 - on TensorFlow lists of arrays arrive as tuples
    R/dol/fit_first in 3.15.1-tensorflow
    trainers/data_adapters/array_data_adapter.py: inputs = tree.lists_to_tuples(inputs)
F21 3.0 3.0 lists of arrays arrive as tuples
    R/listBA/fit2_val in 3.0.5
    trainers/data_adapters/array_data_adapter.py: return lists_to_tuples(arrays)
F23 3.0 - on TensorFlow a generator or PyDataset cannot yield lists
    F/one/generator/list in 3.15.1-tensorflow
    trainers/data_adapters/generator_data_adapter.py: ds = tf.data.Dataset.from_generator( ...
        output_signature=self._output_signature,
F24 3.0 - what a generator yields is a tuple
    E/one/generator_list in 3.15.1-tensorflow
    trainers/data_adapters/generator_data_adapter.py: if not isinstance(first_batches[0], tuple):
        raise ValueError(
F25 3.0 - on TensorFlow a generator or PyDataset cannot yield numbers
    E/one/generator/y=pylist in 3.15.1-tensorflow
    trainers/data_adapters/data_adapter_utils.py: if rank < 1: raise ValueError(
F26 3.0 - a batch has three entries at most
    E/one/generator_four in 3.15.1-tensorflow
    trainers/data_adapters/data_adapter_utils.py: elif len(data) == 3: return (data[0], data[1], data[2]) ...
        raise ValueError(error_msg)
F22 3.0 - tf.data makes one tensor of a list
    F/dictBA/tfdata_map/loss=dict/y=list in 3.15.1-tensorflow
    trainers/data_adapters/tf_dataset_adapter.py: def get_tf_dataset(self): return self._dataset
T10 3.7 - targets of the outputs' own structure stay
    R/det/tob in 3.15.1
    trainers/compile_utils.py: try: tree.assert_same_structure(y_pred, y_true) except ValueError:
T11 3.7 - one target goes to the one output in a container
    R/sub_onel/fit_first in 3.15.1
    trainers/compile_utils.py: if ( not tree.is_nested(y_true) and hasattr(y_pred, "__len__") and
        len(y_pred) == 1 ): y_true = [y_true]
T12 3.7 - a dict of targets for a list of outputs goes by the output names
    LY/listBA/loss=fn1/y=dict in 3.15.1
    trainers/compile_utils.py: elif isinstance(y_pred, (list, tuple)) and isinstance(y_true, dict): if
        set(self.output_names) == set(y_true.keys()): y_true = [y_true[name] for name in
        self.output_names]
T13 3.7 - targets are packed leaf by leaf into the outputs, a dict's keys sorted
    R/listBA/fit2_val in 3.15.1-tensorflow
    trainers/compile_utils.py: try: y_true = tree.pack_sequence_as(y_pred, y_true) except:
T14 3.7 - targets with the same paths in other containers fit
    R/dol/fit_first in 3.15.1-tensorflow
    trainers/compile_utils.py: tree.assert_same_paths(y_true, y_pred) y_true =
        tree.pack_sequence_as(y_pred, tree.flatten(y_true))
T15 3.7 - as many targets as losses take the structure of the losses
    N/det/loss=same/y=det_list in 3.15.1
    trainers/compile_utils.py: if len(flat_y_true) != len(flat_loss_non_nones): raise ValueError( ...
        y_true = tree.pack_sequence_as(self._user_loss, y_true)
T16 3.7 - other targets are refused
    N/lod/loss=str/y=miss in 3.15.1
    trainers/compile_utils.py: raise ValueError( "y_true and y_pred have different structures.\n"
L10 3.1 - on TensorFlow tracking makes a leaf of a dict (up to 3.6) or tuple inside a loss, which is none
    N/lod1/loss=same/y=flat_list in 3.6.0-tensorflow
    losses/__init__.py: raise ValueError(f"Could not interpret loss identifier: {identifier}")
L20 3.7 - a dict of losses for no dict of outputs goes by the output names, all of them
    ONE/one/loss=dict/w=dict in 3.15.1
    trainers/compile_utils.py: if set(self.output_names) == set(self._user_loss.keys()): loss =
        [self._user_loss[name] for name in self.output_names] ... else: raise ValueError(
L21 3.7 - and so does a dict of weights beside it
    ONE/one/loss=dict/w=dict in 3.15.1
    trainers/compile_utils.py: if isinstance(self._user_loss_weights, dict): loss_weights = [
        self._user_loss_weights[name] for name in self.output_names ]
L22 3.7 - without output names it is refused
    ONE/seq/loss=dict/y=array in 3.15.1
    trainers/compile_utils.py: and set(loss.keys()) == set(flat_output_names)
L23 3.7 - one loss is every output's own
    R/det/tob in 3.15.1
    trainers/compile_utils.py: if not tree.is_nested(loss): loss = tree.map_structure(lambda x: loss,
        y_pred)
L30 3.7 - weights of the losses' own structure stay
    N/det/loss=same/w=same in 3.15.1
    trainers/compile_utils.py: try: tree.assert_same_structure(loss, loss_weights) except ValueError:
L31 3.7 - as many weights as losses, else refused: one loss for all counts as one
    N/det/loss=str/w=same in 3.15.1
    trainers/compile_utils.py: if len(tree.flatten(loss)) != len(flat_loss_weights): raise ValueError(
L32 3.7 - other weights are flattened, and packed into the losses
    W/dictBA/loss=dict/w=list in 3.15.1
    trainers/compile_utils.py: loss_weights = tree.pack_sequence_as(loss, flat_loss_weights)
L41 3.7 - of several losses for one output only the first counts
    ONE/one/loss=list2/y=array in 3.15.1
    trainers/compile_utils.py: return loss_values[0]
L43 3.8 - a dict of targets that fits nothing is packed by its keys, which are no numbers
    F/one/generator/dict in 3.15.1
    losses/loss.py: y_true = tree.map_structure( lambda x: ops.convert_to_tensor(x, dtype=self.dtype),
        y_true )
L44 3.7 - a built-in loss takes no dict
    N/lod/loss=sub_one/y=same in 3.15.1
    losses/losses.py: y_pred = ops.convert_to_tensor(y_pred)
L45 3.7 - sample weights are looked up by the path of the loss
    ONE/one/sw=arr/y=dict in 3.15.1
    trainers/compile_utils.py: if sample_weight is not None and tree.is_nested(sample_weight):
        _sample_weight = resolve_path(path, sample_weight)
L46 3.0 - a target None is no tensor
    LY/dictBA/loss=dict/y=dict_none0 in 3.15.1-tensorflow
    losses/loss.py: y_true = tree.map_structure( lambda x: ops.convert_to_tensor(x, dtype=self.dtype),
        y_true )
L47 3.0 - a loss function takes a target structured like its head
    R/lod1/fit_first in 3.15.1-tensorflow
    losses/losses.py: y_true_y_pred = tree.map_structure( squeeze_or_expand_to_same_rank, y_true, y_pred )
L50 3.7 - a list with a loss for each leaf goes by the flattened outputs
    R/dol/tob in 3.15.1
    trainers/compile_utils.py: and all([not tree.is_nested(_loss) for _loss in loss]) and len(loss) ==
        len(flat_y_pred) ): loss = tree.pack_sequence_as(y_pred, loss)
L51 3.7 - a list that does not fit gives each of its losses all that stands here
    ONE/one/loss=list2/y=array in 3.15.1
    trainers/compile_utils.py: elif issubclass(type(loss), (list, tuple)) and not isinstance( y_pred,
        type(loss) ): for _loss in loss:
L52 3.7 - a loss in another container than the outputs is refused
    R/odBA/fit_first in 3.15.1
    trainers/compile_utils.py: if not isinstance(loss, type(y_pred)): raise KeyError(
L53 3.7 - a loss at a key gets what stands there; an output without a loss is not trained
    R/det/tob in 3.15.1
    trainers/compile_utils.py: for key, _loss in iterator: if _loss is None: continue if not
        key_check_fn(key, (y_true, y_pred)): raise KeyError(
L54 3.7 - None in a list that does not fit is refused
    ONE/one/loss=list_none/y=array in 3.15.1
    trainers/compile_utils.py: if not tree.is_nested(loss): _loss = loss.loss
L55 3.7 - a loss is logged by its path; for all of several nameless outputs there is none
    N/sub_tot/loss=sub_one/y=same in 3.15.1
    trainers/compile_utils.py: name = "/".join([str(path) for path in name_path]) if name == "": ... name
        = "_".join(flat_output_names)
L60 3.0 - without any term there is nothing to train, but on JAX
    ONE/one/loss=none/y=array in 3.15.1-tensorflow
    trainers/trainer.py: if backend.backend() != "jax" and len(losses) == 0: raise ValueError(
M10 3.14 - metrics go by the keys of a dict of outputs
    R/dictNE/tob in 3.15.1
    trainers/compile_utils.py: output_names = sorted(list(y_pred.keys()))
M11 3.14.1 - targets in a dict are read by the names of the outputs
    R/dictBA/tob in 3.15.1
    trainers/compile_utils.py: if isinstance(y, dict) and self._resolved_output_names is not None: return
        [y[name] for name in self._resolved_output_names]
M12 3.14 - all metrics are the one output's own
    R/one/fit_first in 3.15.1
    trainers/compile_utils.py: if num_outputs == 1: ... return [ get_metrics_list( tree.flatten(metrics),
M13 3.14 - a list with an entry for each output goes by position, a dict's keys sorted
    R/dictBA/tob in 3.15.1
    trainers/compile_utils.py: isinstance(metrics, (list, tuple)) and len(metrics) == num_outputs ): ...
        flat_metrics = metrics
M14 3.14 - a dict of metrics goes by the names of the outputs
    M/tupBA/metrics=dict in 3.15.1
    trainers/compile_utils.py: flat_metrics = [ metrics[name] if name in metrics else None for name in
        output_names ]
M15 3.14 - other metrics need the structure of the outputs, and so do the targets
    N/det/metrics=same in 3.15.1
    trainers/compile_utils.py: tree.map_structure_up_to( tuples_y_pred, get_metrics_list,
        tree.lists_to_tuples(metrics), tree.lists_to_tuples(y_true),
M16 3.14 - an entry is a metric or a list of metrics, nothing deeper
    N/lod1/metrics=same in 3.15.1
    trainers/compile_utils.py: if identifier is None: raise ValueError("Expected metric, received `None`")
M20 3.0 3.11 metrics go by the layers' names before the keys of a dict of outputs
    R/dictAB/fit_first in 3.11.3
    trainers/compile_utils.py: if self.output_names: output_names = self.output_names elif
        isinstance(y_pred, dict): output_names = sorted(list(y_pred.keys()))
M21 3.12 3.13 metrics go by the keys of a dict of outputs
    R/dictNE/tob in 3.13.2
    trainers/compile_utils.py: if self.output_names and set(self.output_names) == set(keys): ...
        output_names = self.output_names else: output_names = keys
M22 3.0 3.13 a dict of targets is read by the names that it has
    R/dictBA/tob in 3.13.2
    trainers/compile_utils.py: for name in names: if name in y: result.append(y[name])
M23 3.0 3.13 a dict of metrics names outputs only
    N/det/metrics=only_a in 3.13.2
    trainers/compile_utils.py: for name in metrics.keys(): if name not in output_names: raise ValueError(
M24 3.0 3.13 all metrics are the one output's own
    R/one/fit_first in 3.13.2
    trainers/compile_utils.py: get_metric(m, y_true[0], y_pred[0]) for m in metrics if m is not None
M25 3.0 3.13 a list of metrics has one entry for each output
    R/dictBA/tob in 3.13.2
    trainers/compile_utils.py: if len(metrics) != len(y_pred): raise ValueError(
M26 3.0 3.13 a dict of metrics goes by names, beside the flattened outputs
    N/dol/metrics=same in 3.13.2
    trainers/compile_utils.py: for name, yt, yp in zip(output_names, y_true, y_pred): if name in metrics:
M27 3.0 3.13 an entry is a metric or a list of metrics, nothing deeper
    N/det/metrics=same in 3.13.2
    trainers/compile_utils.py: if not all(is_function_like(e) for e in metrics[name]): raise ValueError(
M30 3.0 3.13 fewer sample weights than targets: the first is every metric's own
    ONE/one/sw=dict_wrong/y=array in 3.13.2
    trainers/compile_utils.py: if len(sample_weight) < len(y_true): sample_weight = [sample_weight[0] for
        _ in range(len(y_true))]
M31 3.0 3.14.0 metrics, targets and outputs end with the shortest
    M/dictNE/partial_loss_partial_y_metric in 3.14.0
    trainers/compile_utils.py: for m, y_t, y_p in zip(self._flat_metrics, y_true, y_pred):
M32 3.0 - a name in the logs that is taken gets a number
    M/dictBA/both=dict/sw=nat in 3.15.1
    trainers/compile_utils.py: name = f"{name}_{index}"
M33 3.0 - a built-in metric takes no dict
    N/det/metrics=subtree in 3.13.2
    metrics/reduction_metrics.py: values = self._fn(y_true, y_pred, **self._fn_kwargs)
M34 3.0 - a built-in metric takes no target None
    E/listBA/loss=list_none1/y=list_none1/metrics=lol in 3.15.1-tensorflow
    metrics/reduction_metrics.py: values = self._fn(y_true, y_pred, **self._fn_kwargs)
R10 3.5 3.6 outputs are named by the sorted keys of their dict
    R/det/tob in 3.6.0
    trainers/compile_utils.py: inferred_output_names = output_names or self.output_names
R11 3.5 3.6 one loss is every output's own
    R/det/tob in 3.6.0
    trainers/compile_utils.py: if is_function_like(loss) and tree.is_nested(y_pred): ... loss =
        tree.map_structure(lambda x: loss, y_pred)
R12 3.5 3.6 a dict of losses names outputs only
    N/det/loss=dotpath/y=same in 3.6.0
    trainers/compile_utils.py: if len(loss_keys - y_pred_keys) > 0: raise KeyError(
R13 3.5 3.6 a dict of targets has every key of the losses
    N/det/loss=str/y=dotpath in 3.6.0
    trainers/compile_utils.py: if len(loss_keys - y_true_keys) > 0: raise KeyError(
R14 3.5 3.5 an output without a loss is taken out twice, which fails
    N/dol/loss=only_c/y=same in 3.5.0
    trainers/compile_utils.py: y_pred.pop(k)
R15 3.5 3.6 of a list of outputs none is left where a loss is missing
    E/listBA/loss=dict_of_both/y=list in 3.6.0-tensorflow
    trainers/compile_utils.py: y_pred = [] for x, output_name in zip(tree.flatten(y_pred), output_names):
R16 3.6 3.6 on TensorFlow a first trace leaves nothing out
    E/dictBA/loss=dict_miss/y=dict in 3.6.0-tensorflow
    trainers/compile_utils.py: if not self.built: self.build(y_true, y_pred) else: ...
        self._filter_unused_inputs(
R20 3.5 3.6 losses are flattened, dicts by sorted keys, one for each output
    LY/listBA/loss=dict/y=list in 3.6.0
    trainers/compile_utils.py: flat_losses = tree.flatten(loss) ... if len(y_pred) != len(flat_losses):
        raise ValueError(
R21 3.5 3.6 weights are flattened by themselves
    N/det/loss=str/w=same in 3.6.0
    trainers/compile_utils.py: flat_loss_weights = tree.flatten(loss_weights)
R22 3.5 3.6 logs are named by text only
    X/intkeys/str in 3.6.0
    trainers/compile_utils.py: name = inferred_output_names[i] else: name = _loss.name name += "_loss"
R30 3.5 3.6 losses, targets and outputs end with the shortest
    N/lod/loss=str/y=miss in 3.6.0
    trainers/compile_utils.py: for loss_fn, y_t, y_p, loss_weight, sample_weight, metric in zip(
R31 3.5 3.6 fewer sample weights than targets: the first is every target's own
    F/dictBA/generator/sw=one in 3.6.0
    trainers/compile_utils.py: if len(sample_weight) < len(y_true): sample_weight = [sample_weight[0] for
        _ in range(len(y_true))]
Q11 3.0 3.4 a dict of targets is read by the output names that it has
    LY/listBA/loss=list/y=dict_miss0 in 3.4.1
    trainers/compile_utils.py: for name in self.output_names: if name in y: result.append(y[name])
Q20 3.0 3.4 a dict of losses names outputs only
    X/intkeys/dict in 3.4.1
    trainers/compile_utils.py: for name in loss.keys(): if name not in output_names: raise ValueError(
Q21 3.0 3.4 one loss is every output's own
    LY/listBA/loss=str1/y=list in 3.4.1
    trainers/compile_utils.py: if is_function_like(loss) and tree.is_nested(y_pred): ... loss =
        tree.map_structure(lambda x: loss, y_pred)
Q22 3.0 3.4 one output has one loss
    ONE/one/loss=list2/y=array in 3.4.1
    trainers/compile_utils.py: if isinstance(loss, list) and len(loss) == 1: loss = loss[0] if not
        is_function_like(loss): raise ValueError(
Q23 3.0 3.4 and one weight, a float
    ONE/one/loss=obj/w=dict in 3.4.1
    trainers/compile_utils.py: if not isinstance(loss_weights, float): raise ValueError(
Q24 3.0 3.4 a list of losses has one for each output; None moves the others up
    LY/listBA/loss=list_none0/y=list in 3.4.1
    trainers/compile_utils.py: get_loss(fn, y_true, y_pred) for fn in loss if fn is not None
Q25 3.0 3.4 a list of losses takes a list of weights
    N/det/loss=str/w=same in 3.4.1
    trainers/compile_utils.py: if not isinstance(loss_weights, (list, tuple)): raise ValueError(
Q26 3.0 3.4 a dict of losses goes by the output names
    LY/listBA/loss=dict/y=list in 3.4.1
    trainers/compile_utils.py: for name, yt, yp in zip(output_names, y_true, y_pred): if name in loss:
Q27 3.0 3.4 a dict of losses takes a dict of weights, floats
    W/odBA/loss=dict/w=dict in 3.4.1
    trainers/compile_utils.py: if not isinstance(loss_weights[name], float): raise ValueError(
Q30 3.0 3.4 fewer sample weights than targets: the first is every target's own
    F/dictBA/generator/sw=one in 3.4.1
    trainers/compile_utils.py: if len(sample_weight) < len(y_true): sample_weight = [sample_weight[0] for
        _ in range(len(y_true))]
G10 3.0 - logs come by their sorted names
    R/dictBA/tob in 3.15.1
    utils/python_utils.py: for key, value in sorted(logs.items()):
G11 3.2 - evaluate returns what bears a metric's own name first, then the others by their sorted names
    R/one/fit_first in 3.15.1
    trainers/trainer.py: for name in metric_names: if name in logs: results.append(logs[name]) for key in
        sorted(logs.keys()): if key not in metric_names: results.append(logs[key])
"""


def _clauses() -> Iterator[Clause]:
    """A clause starts at the margin; what stands below it is indented, a line that goes on twice."""
    lines = _TABLE.strip().splitlines()
    starts = [index for index, line in enumerate(lines) if not line.startswith(" ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        what, where, *quote = lines[start:end]
        yield _clause(what, where, " ".join(line.strip() for line in quote))


def _clause(what: str, where: str, quote: str) -> Clause:
    number, since, until, says = what.split(maxsplit=3)
    case, _, seen = where.strip().rpartition(" in ")
    file, _, line = quote.partition(": ")
    first = since if since.count(".") > 1 else f"{since}.0"
    last = None if until == "-" else parse(until)
    return Clause(number, parse(first), last, says, case, seen, file, line)


CLAUSES: dict[str, Clause] = {clause.number: clause for clause in _clauses()}
"""Every clause of Keras 3 by its number."""
