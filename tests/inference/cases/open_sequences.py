"""Containers of which a part is known: their kind, some items, what the others are like."""

import keras
import numpy as np
from keras.layers import Dense
from keras.utils import Sequence


class Pairs(Sequence):
    def __init__(self, heads):
        self.heads = heads

    def __getitem__(self, index):
        x = np.zeros((4, 2))
        y = []
        for _ in range(self.heads):
            y.append(np.zeros((4, 1)))
        return x, y


def appended(heads):
    i = keras.Input((2,))
    outputs = []
    for k in range(heads):
        outputs.append(Dense(1, name=f"head{k}")(i))
    model = keras.Model(i, outputs)
    model.compile("sgd", loss="mse")
    model.fit(Pairs(heads))


def comprehended(names):
    i = keras.Input((2,))
    first = Dense(1, name="first")(i)
    model = keras.Model(i, [first, *[Dense(1, name=name)(i) for name in names]])
    model.compile("sgd", loss={"first": "mse", **{name: "mae" for name in names}})


def rebuilt(n):
    i = keras.Input((2,))
    outputs = [Dense(1, name="first")(i)]
    losses = {}
    for k in range(n):
        outputs = outputs + [Dense(1)(i)]
        losses[f"head{k}"] = "mse"
    keras.Model(i, outputs).compile("sgd", loss=losses)


def concatenated(model, i):
    both = keras.Model(i, [Dense(1, name="a")(i)] + model(i))
    both.compile("sgd", loss=["mse"] * 3)


#> fit@28 functional [_, ...] | loss "mse" | targets [np.zeros((4, 1)), ...]
#> compile functional [first, ...] | loss {first: "mse", ...}
#> compile functional [first, _, ...] | loss {...}
#> compile functional [a, ...] | loss ["mse", "mse", "mse"]
#> undecided@28 outputs not known: it is changed in a loop (line 24) that is not unrolled
#> undecided@28 targets not known: it is changed in a loop (line 16) that is not unrolled
#> undecided@35 outputs not known: parameter 'names' of 'comprehended' is not known
#> undecided@35 loss not known: parameter 'names' of 'comprehended' is not known
#> undecided@45 outputs not known: it is changed in a loop (line 42) that is not unrolled
#> undecided@45 loss not known: it is changed in a loop (line 42) that is not unrolled
#> undecided@50 outputs not known: parameter 'model' of 'concatenated' is not known
