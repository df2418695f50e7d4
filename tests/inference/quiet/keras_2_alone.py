"""A program that asks for Keras 2, which computes one flat list of metrics for every output."""

import tf_keras as keras


def batches(x, y):
    while True:
        yield [x], [y, y]


i = keras.Input((2,))
model = keras.Model(i, [keras.layers.Dense(1)(i), keras.layers.Dense(1)(i)])
model.compile("sgd", "mse", ["mae"])
model.fit_generator(batches(x, y), steps_per_epoch=2)

alone = keras.Sequential([keras.layers.Dense(1)])
alone.compile("sgd", "mse", ["mae", keras.metrics.CategoricalAccuracy()])
history = alone.fit(x, y, validation_split=0.5)
print(history.history["val_categorical_accuracy"])

shown = keras.Model(i, [keras.layers.Dense(1, name="label")(i), keras.layers.Dense(1)(i)])
shown.compile("sgd", {"label": "mse"})
shown.fit(x, y)
