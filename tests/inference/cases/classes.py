import keras
from keras import layers


class Two(keras.Model):
    def __init__(self):
        super().__init__()
        self.shared = layers.Dense(4)
        self.one = layers.Dense(1, name="one")
        self.two = layers.Dense(1, name="two")

    def call(self, inputs):
        hidden = self.shared(inputs)
        return {"b": self.one(hidden), "a": self.two(hidden)}


class Pair(keras.Model):
    def __init__(self, names):
        inputs = keras.Input((2,))
        super().__init__(inputs, [layers.Dense(1, name=name)(inputs) for name in names])


class Custom(keras.Model):
    def call(self, inputs):
        return inputs, inputs

    def train_step(self, data):
        return {}


class Trainer:
    rate = 0.1

    def __init__(self, heads):
        self.heads = heads
        self.model = self.build()

    def build(self):
        x = keras.Input((3,))
        return keras.Model(x, [layers.Dense(1, name="%s_out" % head)(x) for head in self.heads])

    def prepare(self):
        self.model.compile(keras.optimizers.SGD(self.rate), loss={"l_out": "mse", "r_out": "mae"})

    def train(self, data):
        self.prepare()
        self.model.fit(data.x, [data.left, data.right], validation_data=(data.x, (data.left, data.right)))


two = Two()
two.compile("sgd", ["mse", "mae"])
two.fit(x, [y_b, y_a])
pair = Pair(["p", "q"])
pair.compile("sgd", loss="mse")
pair.train_on_batch(x, [y_p, y_q], [w_p, w_q])
custom = Custom()
custom.compile("sgd", ["mse", "mae"])
Trainer(("l", "r")).train(data)


#> fit@52 subclass {b: one, a: two} | loss ["mse", "mae"] | targets [y_b, y_a]
#> train_on_batch@55 functional [p, q] | loss "mse" | targets [y_p, y_q] | sample_weight [w_p, w_q]
#> fit@47 functional [l_out, r_out] | loss {l_out: "mse", r_out: "mae"} | targets [data.left, data.right]
#> evaluate@47 functional [l_out, r_out] | loss {l_out: "mse", r_out: "mae"} | targets (data.left, data.right)
#> undecided@57 'train_step' is overridden in class Custom
