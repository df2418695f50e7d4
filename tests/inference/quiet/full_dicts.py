"""Right as they stand: dict losses in another order, partial metrics, None losses, targets by name."""

import keras
import numpy as np
from keras.layers import Dense

x = keras.Input((2,))
z, a = Dense(1, name="z")(x), Dense(1, name="a")(x)
listed = keras.Model(x, [z, a])
listed.compile("sgd", loss={"a": "mae", "z": "mse"}, metrics={"z": ["mae"]}, loss_weights={"a": 1.0, "z": 0.5})
listed.fit(np.ones((4, 2)), {"a": np.ones((4, 1)), "z": np.ones((4, 1))})
listed.compile("sgd", loss=["mse", None])
listed.fit(np.ones((4, 2)), [np.ones((4, 1)), np.ones((4, 1))])
keyed = keras.Model(x, {"z": z, "a": a})
keyed.compile("sgd", loss={"a": "mae", "z": "mse"}, metrics={"a": ["mae"]})
keyed.fit(np.ones((4, 2)), {"a": np.ones((4, 1)), "z": np.ones((4, 1))})
keyed.compile("sgd", loss={"a": "mae", "z": None})
print(keyed.predict(np.ones((4, 2)))["z"][0])
p, q = listed.predict(np.ones((4, 2)))
