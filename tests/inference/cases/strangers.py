"""Models that come from nowhere: what compiles them with losses tells that they are models."""

import keras
import numpy as np
from elsewhere import make_model


def train(model, x):
    model.compile("sgd", loss=["mse", "mae"], metrics=["acc"])
    model.fit(x, [np.zeros(4), np.ones(4)])


def unpacked(x):
    model = make_model()
    model.compile("sgd", loss=["mse", "mae"])
    z, a = model.predict(x)
    model.fit(x)


def disagreeing(model, x):
    model.compile("sgd", loss=["mse", "mae"])
    z, a, b = model.predict(x)
    model.fit(x, [np.zeros(4), np.ones(4)])


def batches():
    while True:
        yield np.zeros((4, 2)), [np.zeros(4), np.ones(4)]


class Trainer:
    def __init__(self, model):
        self.model = model

    def train(self):
        self.model.compile("sgd", loss="mse")
        self.model.fit(batches(), epochs=2)


def not_models(agent, automl, pattern):
    agent.compile("sgd", metrics=["mae"])
    agent.fit(environment)
    automl.fit(x, [y, z])
    return pattern.compile("a+")


#> fit@10 functional [_, _] | loss ["mse", "mae"] | metrics ["acc"] | targets [np.zeros(4), np.ones(4)]
#> result functional ? | predict unpack 2
#> fit@17 functional [_, _] | loss ["mse", "mae"] | targets ?
#> result functional ? | predict unpack 3
#> fit@23 functional ? | loss ["mse", "mae"] | targets [np.zeros(4), np.ones(4)]
#> fit@37 functional ? | loss "mse" | targets [np.zeros(4), np.ones(4)]
#> undecided@16 outputs not known: the model is not known: what 'elsewhere.make_model' returns is not known
#> undecided@17 targets not known: the targets come with the data, which is not followed
#> undecided@22 outputs not known: the model is not known: parameter 'model' of 'disagreeing' is not known
#> undecided@23 outputs not known: the model is not known: parameter 'model' of 'disagreeing' is not known
#> undecided@37 outputs not known: the model is not known: parameter 'model' of '__init__' is not known
#> undecided@41 the model is not known: parameter 'agent' of 'not_models' is not known
