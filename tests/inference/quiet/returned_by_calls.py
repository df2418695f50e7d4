"""Conditions on what a call returned: nobody can choose them, so no alternative of theirs is reported alone."""

import keras
import numpy as np
from elsewhere import MeanStream
from keras.layers import Dense

x = keras.Input((2,))
stream = MeanStream(name="mean")(x)
if stream is not None:
    outputs = [Dense(1, name="a")(x), Dense(1, name="b")(x)]
else:
    outputs = [Dense(1, name="a")(x)]
model = keras.Model(x, outputs)
model.compile("sgd", loss=["mse", "mse"])
model.fit(images, [one, two])


def discriminator(labels=None):
    outputs = Dense(1, name="real")(x)
    if labels:
        outputs = [outputs, Dense(labels, name="label")(x)]
    return keras.Model(x, outputs)


count = len(np.unique(everything))
made = discriminator(count)
made.compile("sgd", loss=["mse", "mse"])
made.train_on_batch(images, [one, two])
