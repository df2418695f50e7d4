"""Tests that expect the error."""

import keras
import numpy as np
import pytest
from keras.layers import Dense


def model():
    x = keras.Input((2,))
    return keras.Model(x, {"z": Dense(1, name="z")(x), "a": Dense(1, name="a")(x)})


def test_too_few():
    made = model()
    made.compile("sgd", loss={"z": "mse", "a": "mse"})
    with pytest.raises(ValueError):
        made.fit(np.ones((4, 2)), [np.ones((4, 1))])


class KerasTest(TestCase):
    def test_wrong_weights(self):
        made = model()
        with self.assertRaisesRegex(ValueError, "weights"):
            made.compile("sgd", loss="mse", loss_weights=[1.0])
