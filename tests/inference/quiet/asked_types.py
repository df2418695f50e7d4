"""A dict never takes the way of a list, nor a model that of an object without ``inputs``."""

from collections import OrderedDict

import keras
from keras import layers


def train(model, data):
    model.compile("sgd", "mse")
    if isinstance(data, (dict, OrderedDict)):
        model.fit(data)
    else:
        model.fit(data, data)


def adapt(model, data):
    if hasattr(model, "inputs") and hasattr(model, "outputs"):
        return
    elif hasattr(model, "fit"):
        model.compile("sgd", "mse")
        model.fit(data, data)


def build():
    one, two = keras.Input((2,), name="one"), keras.Input((2,), name="two")
    return keras.Model({"one": one, "two": two}, layers.Dense(1)(layers.concatenate([one, two])))


def test(one, two):
    train(build(), {"one": one, "two": two})
    adapt(build(), {"one": one, "two": two})
