"""Sources of batches as real programs spell them."""

from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras.layers import Dense
from keras.preprocessing.image import ImageDataGenerator
from sklearn.model_selection import train_test_split

i = keras.Input((2,))
m = keras.Model(i, [Dense(1, name="b")(i), Dense(1, name="a")(i)])
m.compile("sgd", ["mse", "mae"])


def inner(n):
    for _ in range(n):
        yield np.zeros((4, 2)), np.ones(4), np.ones(4)


def outer():
    for x, one, two in inner(3):
        yield x, (one, two)


def delegating():
    yield from outer()


class Source:
    def __init__(self, size):
        self.size = size

    def __iter__(self):
        while True:
            yield self.batch()

    def batch(self):
        return np.zeros((self.size, 2)), [np.ones(4), np.ones(4)]

    def __call__(self):
        for _ in range(3):
            yield np.zeros(2), {"b": 1, "a": 2}


class Iterator:
    def __next__(self):
        return np.zeros((4, 2)), [np.ones(4), np.ones(4)]


class Parser:
    def parse(self, record):
        return record, (record, record)

    def dataset(self):
        return tf.data.TFRecordDataset("f").map(self.parse, num_parallel_calls=4).batch(2)


m.fit(delegating())
m.fit(iter(Source(4)))
m.fit(Iterator())
m.fit(Parser().dataset())
m.fit(tf.data.Dataset.from_generator(Source(4), output_types=(tf.float32, tf.float32)))
m.fit(tf.data.Dataset.from_generator(partial(inner, 3), output_signature=None))

xs, ones, twos = tf.data.Dataset.from_tensor_slices(x), tf.data.Dataset.range(3), tf.data.Dataset.from_tensor_slices(y)
m.fit(tf.data.Dataset.zip((xs, (ones, twos))).batch(2))
m.fit(tf.data.Dataset.zip(xs, twos).map(lambda x, y: (x, {"b": y, "a": y})).apply(tf.data.experimental.ignore_errors()))
m.fit(tf.data.Dataset.from_tensor_slices({"x": x, "y": y}).map(lambda row: (row["x"], (row["y"], row["y"]))))
m.fit(tf.data.Dataset.from_tensor_slices((x, (y, y))).enumerate().map(lambda n, pair: pair))

x_train, x_test, b_train, b_test, a_train, a_test = train_test_split(x, b, a, test_size=0.2)
m.fit(x_train, [b_train, a_train], validation_data=(x_test, [b_test, a_test]))
m.fit(x_train, (b_train, a_train), validation_split=0.1)
train = (x_train, [b_train, a_train])
m.fit(*train)
valid = x_test, (b_test, a_test), (w, w)
m.evaluate(*valid)
keywords = {"x": x_train, "y": [b_train, a_train], "epochs": 2}
m.fit(**keywords)
m.fit(ImageDataGenerator().flow(x, [b_train, a_train]))
m.fit(ImageDataGenerator().flow_from_directory("d"), validation_data=delegating())
m.fit(zip(ImageDataGenerator().flow(x), ImageDataGenerator().flow(x)))


#> fit@60 functional [b, a] | loss ["mse", "mae"] | targets (one, two)
#> fit@61 functional [b, a] | loss ["mse", "mae"] | targets [np.ones(4), np.ones(4)]
#> fit@62 functional [b, a] | loss ["mse", "mae"] | targets ?
#> fit@63 functional [b, a] | loss ["mse", "mae"] | targets (record, record)
#> fit@64 functional [b, a] | loss ["mse", "mae"] | targets {b: 1, a: 2}
#> fit@65 functional [b, a] | loss ["mse", "mae"] | targets np.ones(4) | sample_weight np.ones(4)
#> fit@68 functional [b, a] | loss ["mse", "mae"] | targets (ones, twos)
#> fit@69 functional [b, a] | loss ["mse", "mae"] | targets {b: y, a: y}
#> fit@70 functional [b, a] | loss ["mse", "mae"] | targets (row["y"], row["y"])
#> fit@71 functional [b, a] | loss ["mse", "mae"] | targets (y, y)
#> fit@74 functional [b, a] | loss ["mse", "mae"] | targets [b_train, a_train]
#> evaluate@74 functional [b, a] | loss ["mse", "mae"] | targets [b_test, a_test]
#> fit@75 functional [b, a] | loss ["mse", "mae"] | targets (b_train, a_train)
#> fit@77 functional [b, a] | loss ["mse", "mae"] | targets [b_train, a_train]
#> evaluate@79 functional [b, a] | loss ["mse", "mae"] | targets (b_test, a_test)
#> fit@81 functional [b, a] | loss ["mse", "mae"] | targets [b_train, a_train]
#> fit@82 functional [b, a] | loss ["mse", "mae"] | targets [b_train, a_train]
#> fit@83 functional [b, a] | loss ["mse", "mae"] | targets ImageDataGenerator().flow_from_directory("d")
#> evaluate@83 functional [b, a] | loss ["mse", "mae"] | targets (one, two)
#> fit@84 functional [b, a] | loss ["mse", "mae"] | targets ?
#> undecided@62 targets not known: the targets come with the data, which is not followed
#> undecided@84 targets not known: the targets come with the data, which is not followed
