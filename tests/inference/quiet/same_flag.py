"""Outputs and losses, or outputs and targets, that change together."""

import keras
from keras.layers import Dense


def build(bidirectional=False, flip=True, mode="a"):
    x = keras.Input((2,))
    outputs = [Dense(1, name="forth")(x)]
    if bidirectional:
        outputs.append(Dense(1, name="back")(x))
    model = keras.Model(x, outputs)
    losses, weights = ["mse"], [1.0]
    if bidirectional:
        losses += ["mse"]
        weights += [0.5]
    model.compile("sgd", loss=losses, loss_weights=weights)
    return model


def by_mode(mode):
    x = keras.Input((2,))
    if mode == "two":
        outputs = [Dense(1)(x), Dense(1)(x)]
    elif mode == "three":
        outputs = [Dense(1)(x), Dense(1)(x), Dense(1)(x)]
    if mode == "three":
        losses = ["mse"] * 3
    elif mode == "two":
        losses = ["mse"] * 2
    model = keras.Model(x, outputs)
    model.compile("sgd", loss=losses)


def flipped(flip, images, one, two):
    x = keras.Input((2,))
    heads = [Dense(1, name="one")(x), Dense(1, name="two")(x)]
    targets = [one, two]
    if flip:
        heads = heads[::-1]
        targets = targets[::-1]
    model = keras.Model(x, heads)
    model.compile("sgd", loss=["mse", "mse"])
    model.fit(images, targets)


def never_compiled():
    x = keras.Input((2,))
    return keras.Model(x, {"b": x, "a": x})


def pairs(paths):
    for path in paths:
        yield load(path, "train"), load(path, "test")
