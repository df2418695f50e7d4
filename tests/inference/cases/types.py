"""What is asked of a value's type is answered where the type is known, and asked once where it is not."""

from collections import OrderedDict
from collections.abc import Mapping

import keras
import numpy as np
from keras import layers

x = keras.Input((2,))
y = np.zeros((4, 1))


def named(outputs):
    model = keras.Model(x, outputs)
    if isinstance(outputs, (dict, OrderedDict)):
        model.compile("sgd", loss={key: "mse" for key in outputs})
    elif isinstance(outputs, Mapping) or type(outputs) is str:
        model.compile("sgd", loss="mae")
    elif isinstance(outputs, (list, tuple)):
        model.compile("sgd", loss=["mse"] * len(outputs))
    else:
        model.compile("sgd", loss="mse")
    return model


def prepared(model, data):
    if not hasattr(model, "layers"):
        model.fit(data, data)
    elif isinstance(model, keras.Sequential):
        model.fit(data, [data])
    elif isinstance(model, keras.Model) and not hasattr(data, "items"):
        model.fit(data, [data, data])


def same(data):
    heads = [layers.Dense(1, name="m")(x), layers.Dense(1, name="n")(x)]
    model = keras.Model(x, heads if isinstance(data, list) else heads[0])
    model.compile("sgd", ["mse", "mse"] if isinstance(data, list) else "mse")


named({"b": layers.Dense(1, name="b")(x), "a": layers.Dense(1, name="a")(x)})
prepared(named([layers.Dense(1, name="c")(x), layers.Dense(1, name="d")(x)]), [y])
named(layers.Dense(1, name="e")(x))


#> compile functional {b: b, a: a} | loss {b: "mse", a: "mse"}
#> fit@31 functional [c, d] | loss ["mse", "mse"] | targets [[y]]
#> fit@33 functional [c, d] | loss ["mse", "mse"] | targets [[y], [y]]
#> compile functional e | loss "mae"
#> compile functional e | loss "mse"
#> compile functional [m, n] | loss ["mse", "mse"] | if isinstance(data, list)
#> compile functional m | loss ["mse", "mse"] if isinstance(data, list) else "mse" | if not (isinstance(data, list))
