"""A call that never returns, as far as it is followed, does not end the program; one that only raises does."""

import keras
from keras.layers import Dense


class Loader:
    def __init__(self, name):
        if not name:
            raise ValueError(name)
        else:
            raise NotImplementedError


def fail(message):
    raise ValueError(message)


data = Loader("cora")
i = keras.Input((2,))
outputs = [Dense(1, name="b")(i), Dense(1, name="a")(i)]
if flag:
    outputs = fail("no flag")
keras.Model(i, outputs).compile("sgd", ["mse", "mae"])


#> compile functional [b, a] | loss ["mse", "mae"]
