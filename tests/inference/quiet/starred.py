"""What a star gives to a function of Python is not nothing."""

import keras
from elsewhere import rows, x

inputs = keras.Input((4,))
outputs = [keras.layers.Dense(1, name="a")(inputs), keras.layers.Dense(1, name="b")(inputs)]
model = keras.Model(inputs, outputs)
model.compile("sgd", ["mse", "mae"])
model.fit(x, [column for column in zip(*rows)])
model.fit(x, list(zip(*rows)))
model.fit(x, list(*rows))
model.fit(x, [x for _ in range(*rows)])
