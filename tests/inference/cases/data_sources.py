import keras
import numpy as np
import tensorflow as tf
from keras.layers import Dense


def batches(x, y, bidir=False):
    while True:
        outs = [y, y] if bidir else [y]
        outs.append(np.zeros((2, 2)))
        yield [x, x], outs


class Loader(keras.utils.Sequence):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return self.load(index)

    def load(self, index):
        return np.zeros((2, 2)), {"b": np.ones(2), "a": np.ones(2)}, np.ones(2)


def prepare(image, label):
    return image, {"b": label, "a": label}


i = keras.Input((2,))
m = keras.Model(i, {"b": Dense(1)(i), "a": Dense(1)(i)})
m.compile("sgd", {"b": "mse", "a": "mae"})
m.fit(batches(x, y), epochs=2, callbacks=[keras.callbacks.EarlyStopping(monitor="val_c_loss", mode="min")])
h = m.fit(Loader(), validation_data=Loader())
print(h.history["b_loss"])
m.fit_generator(Loader(), steps_per_epoch=2)
ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(10).map(prepare).batch(2).prefetch(1)
m.fit(ds)
m.fit(tf.data.Dataset.zip((tf.data.Dataset.from_tensors(x), tf.data.Dataset.from_tensors([y, y]))))
m.fit(keras.utils.image_dataset_from_directory("d").map(lambda x, y: (x, (y, y))))
m.fit(tf.data.Dataset.from_generator(lambda: batches(x, y, True), output_types=(tf.float32, tf.float32)))
for images, labels in ds:
    m.train_on_batch(images, labels)
first, second = next(batches(x, y))
m.evaluate(first, second)


#> fit@32 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets [y, np.zeros((2, 2))]
#> fit@33 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets {b: np.ones(2), a: np.ones(2)} | sample_weight np.ones(2)
#> evaluate@33 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets {b: np.ones(2), a: np.ones(2)} | sample_weight np.ones(2)
#> fit@35 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets {b: np.ones(2), a: np.ones(2)} | sample_weight np.ones(2)
#> fit@37 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets {b: label, a: label}
#> fit@38 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets [y, y]
#> fit@39 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets (y, y)
#> fit@40 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets [y, y, np.zeros((2, 2))]
#> train_on_batch@42 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets {b: label, a: label}
#> evaluate@44 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets [y, np.zeros((2, 2))]
