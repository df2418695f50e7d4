"""The names of Keras, however they were imported, and what is known about calling them.

A dotted import path goes in, a canonical one (``keras.Model``, ``keras.layers.Dense``) comes out.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The public package, its mirrors inside TensorFlow, and its private homes through the years
# (tensorflow/python/keras until 2.6, keras/engine in keras 2, keras/src since 2.13, keras/api since 3.0).
_HOMES = re.compile(
    r"^(?:tensorflow(?:\.compat\.v[12])?(?:\.python|\.contrib|\._api\.v\d)?\.keras|tf_keras|keras_core"
    r"|keras\._tf_keras\.keras)(?=\.|$)"
)
_PRIVATE = re.compile(r"^keras\.(?:src|api|python|_src)(?=\.|$)")
_COMPAT = re.compile(r"^tensorflow\.compat\.v[12](?=\.|$)")

# keras/src/models/model.py: "class Model(Trainer, base_trainer.Trainer, Layer)".
_TRAINER = re.compile(r"^keras\.(?:trainers\.trainer|backend\.\w+\.trainer)\.\w*Trainer$")

MODEL = "keras.Model"
SEQUENTIAL = "keras.Sequential"
INPUT = "keras.Input"

_MODEL_NAMES: Mapping[str, str] = MappingProxyType(
    {"Model": MODEL, "Functional": MODEL, "Sequential": SEQUENTIAL, "Input": INPUT, "InputLayer": INPUT}
)
_MODEL_HOMES = frozenset(
    {
        "keras",
        "models",
        "engine",
        "training",
        "functional",
        "sequential",
        "model",
        "layers",
        "input_layer",
        "core",
        "topology",
        "input_spec",
    }
)


# Models of keraslint.losses train as those of Keras do.
OWN_MODELS: Mapping[str, str] = MappingProxyType(
    {
        f"keraslint.losses.{name}": kind
        for name, kind in (("Model", MODEL), ("Functional", MODEL), ("Sequential", SEQUENTIAL))
    }
)


def canonical(name: str) -> str:
    """The canonical dotted name of something imported as ``name``."""
    name = _PRIVATE.sub("keras", _HOMES.sub("keras", name))
    name = _COMPAT.sub("tensorflow", name)
    if name in OWN_MODELS:
        return OWN_MODELS[name]
    if not name.startswith("keras."):
        return name
    head, _, last = name.rpartition(".")
    if last in _MODEL_NAMES and head.rpartition(".")[2] in _MODEL_HOMES:
        return _MODEL_NAMES[last]
    if last.endswith("Trainer") and _TRAINER.match(name):
        return MODEL
    parts = name.split(".")
    if len(parts) > 3 and parts[1] in {"layers", "losses", "metrics", "applications"} and last[:1].isupper():  # noqa: PLR2004
        return f"keras.{parts[1]}.{last}"
    return name


# A star import binds names that only the imported package knows; these are the ones that decide a site.
_STARS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "keras.models": ("Model", "Sequential", "load_model", "clone_model"),
        "keras": (
            *_MODEL_NAMES,
            "layers",
            "models",
            "losses",
            "metrics",
            "optimizers",
            "ops",
            "applications",
        ),
        "keras.layers": ("Input",),
        "tensorflow": ("keras",),
        "tensorflow.keras": (),
    }
)


OPTIMIZERS = frozenset(
    {"Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "Ftrl", "Lion"}
)

CALLBACKS = frozenset(
    {
        "BackupAndRestore",
        "Callback",
        "CSVLogger",
        "EarlyStopping",
        "LambdaCallback",
        "LearningRateScheduler",
        "ModelCheckpoint",
        "ProgbarLogger",
        "ReduceLROnPlateau",
        "RemoteMonitor",
        "TensorBoard",
        "TerminateOnNaN",
    }
)


def from_star(name: str, modules: list[str]) -> str | None:
    """Which symbol an otherwise unbound ``name`` is, given the modules imported with a star."""
    homes = [canonical(module) for module in reversed(modules)]
    for home in homes:
        if name in _STARS.get(home, ()):
            return canonical(f"{home}.{name}")
    if not name[:1].isupper():
        return None
    # Which of several star imports a class comes from is told by its kind; most of what is used are layers.
    known = {"keras.optimizers": OPTIMIZERS, "keras.callbacks": CALLBACKS}
    likely = next((home for home, names in known.items() if name in names), "keras.layers")
    for home in (likely, "keras.layers", "keras.losses", "keras.metrics", "keras.callbacks"):
        if home in homes:
            return f"{home}.{name}"
    return None


# fmt: off
LAYERS_WITH_STATE = frozenset({
    "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "CuDNNGRU", "CuDNNLSTM", "GRU", "LSTM",
    "RNN", "SimpleRNN", "StackedRNNCells",
})
# fmt: on
"""Layers that return a list when made with ``return_state=True``."""

# fmt: off
LAYERS_WITH_ANY_OUTPUT = frozenset({
    "AbstractRNNCell", "AdditiveAttention", "Attention", "FlaxLayer", "HashedCrossing", "JaxLayer",
    "Lambda", "Layer", "MultiHeadAttention", "Pipeline", "RandomApply", "TFSMLayer",
    "TorchModuleWrapper", "Wrapper",
})
# fmt: on
"""Layers of which the number of outputs is not fixed."""

# fmt: off
ONE_ARRAY = frozenset({
    "abs", "add", "arange", "argmax", "argmin", "argsort", "array", "asarray", "ascontiguousarray",
    "astype", "beta", "binomial", "cast", "choice", "clip", "column_stack", "concatenate", "constant",
    "convert_to_tensor", "copy", "cos", "cumsum", "diff", "divide", "dot", "dstack", "exp",
    "expand_dims", "eye", "flip", "float32", "float64", "frombuffer", "fromiter", "full", "full_like",
    "gamma", "hstack", "identity", "int32", "int64", "integers", "linspace", "load_npy", "log",
    "logical_not", "matmul", "max", "maximum", "mean", "min", "minimum", "mod", "moveaxis", "multiply",
    "negative", "normal", "normalize", "one_hot", "ones", "ones_initializer", "ones_like", "pad",
    "pad_sequences", "permutation", "poisson", "power", "rand", "randint", "randn", "random",
    "random_sample", "range", "ravel", "repeat", "reshape", "roll", "rollaxis", "round", "sign", "sin",
    "sort", "sqrt", "square", "squeeze", "stack", "standard_normal", "std", "subtract", "sum",
    "swapaxes", "tile", "to_categorical", "transpose", "truncated_normal", "uniform", "vstack", "zeros",
    "zeros_like",
})
# fmt: on
"""Functions of numpy, tensorflow and Keras (by their last name) that return one array."""

_ARRAY_HOMES = (
    "numpy",
    "tensorflow",
    "keras.ops",
    "keras.random",
    "keras.utils",
    "keras.backend",
    "jax.numpy",
    "keras.preprocessing",
    "keras.np_utils",
)


MAKERS = ("keras.", "keraslint.losses.", "tensorflow_addons.losses.", "tensorflow_similarity.losses.")
"""Packages whose classes, when called, make layers, losses, metrics and callbacks."""


def makes_array(symbol: str) -> bool:
    """Whether calling ``symbol`` gives one array."""
    return symbol.startswith(_ARRAY_HOMES) and symbol.rpartition(".")[2] in ONE_ARRAY


def is_tensor_op(symbol: str) -> bool:
    """Whether ``symbol`` is a function on tensors (of Keras or TensorFlow) that may give one or several."""
    return symbol.startswith(("keras.ops.", "keras.backend.", "tensorflow.math.", "tensorflow.nn.")) or (
        symbol.startswith("tensorflow.") and symbol.count(".") == 1
    )


def is_layer(symbol: str) -> bool:
    """Whether ``symbol`` is a class of layers."""
    return (
        symbol.startswith(("keras.layers.", "keras_hub.layers.", "keras_cv.layers."))
        and symbol.rpartition(".")[2][:1].isupper()
    )


def is_layer_function(symbol: str) -> bool:
    """Whether ``symbol`` is one of the functions ``keras.layers.add``, ``concatenate``, ..."""
    return symbol.startswith("keras.layers.") and symbol.rpartition(".")[2][:1].islower()


DATASETS = (
    "mnist",
    "fashion_mnist",
    "cifar10",
    "cifar100",
    "imdb",
    "reuters",
    "boston_housing",
    "california_housing",
)

COPIES_OF_MODELS = frozenset(
    {"keras.models.clone_model", "keras.utils.multi_gpu_model", "keras.utils.training_utils.multi_gpu_model"}
)


def is_application(symbol: str) -> bool:
    """Whether ``symbol`` builds one of ``keras.applications``: a model with one output."""
    return symbol.startswith("keras.applications.") and symbol.rpartition(".")[2][:1].isupper()


HARMLESS = (
    "keraslint",
    "keras",
    "tensorflow",
    "numpy",
    "builtins",
    "os",
    "sys",
    "time",
    "math",
    "matplotlib",
    "logging",
    "json",
    "pathlib",
    "collections",
    "itertools",
    "functools",
    "random",
    "pandas",
    "jax",
    "torch",
    "tqdm",
    "copy",
    "warnings",
    "datetime",
    "typing",
)
"""Packages whose functions do not change the lists and dicts that they are given (but ``random.shuffle``)."""
