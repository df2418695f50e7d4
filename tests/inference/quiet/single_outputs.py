"""One output: lists of one, a batch index into the predictions, an array written out."""

import keras
import numpy as np
from keras.layers import Dense

x = keras.Input((1,))
model = keras.Model(x, [Dense(1, name="only")(x)])
model.compile("sgd", loss=["mse"], metrics=["mae", "mse"])
model.fit(np.ones((4, 1)), [np.ones((4, 1))])
plain = keras.Model(x, Dense(1)(x))
plain.compile("sgd", loss="mse", metrics=["mae", "mse", "mape"])
plain.fit(np.ones((3, 1)), np.array([0.0, 0.0, 1.0]))
plain.fit([1, 2, 3], [0.0, 0.0, 1.0])
best = plain.predict(np.ones((3, 1)))[0]
rows = [row for row in plain.predict(np.ones((3, 1)))]
loss, mae, mse, mape = plain.evaluate(np.ones((3, 1)), np.ones((3, 1)))
sequential = keras.Sequential([Dense(2), Dense(1)])
sequential.compile("sgd", "mse")
a, b, c = sequential.predict(np.ones((3, 1)))
