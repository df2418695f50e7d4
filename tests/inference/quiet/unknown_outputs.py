"""What is not known is not judged."""

import random

import keras
from keras.layers import Dense, Lambda

x = keras.Input((2,))
split = Lambda(lambda t: [t[:, :1], t[:, 1:]])(x)
model = keras.Model(x, split)
model.compile("sgd", loss=["mse", "mse", "mse"])
model.fit(images, [a, b, c])
heads = [Dense(1)(x) for _ in range(count)]
model = keras.Model(x, heads)
model.compile("sgd", loss=["mse"])
losses = ["mse"]
add_more(losses)
pair = keras.Model(x, [Dense(1)(x), Dense(1)(x)])
pair.compile("sgd", loss=losses, metrics=[metrics_one, metrics_two])
pair.compile("sgd", *arguments)
pair.compile(**options)
pair.fit(*data)
loaded = keras.models.load_model("m.keras")
loaded.compile("sgd", loss=["mse", "mae"])
one, two, three = loaded.predict(images)
