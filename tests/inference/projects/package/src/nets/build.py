import keras

from nets.parts.heads import heads
from . import config
from .base import Base


class Net(Base):
    def outputs(self, x):
        return heads(x)


def build(auxiliary=False):
    x = keras.Input((2,))
    outputs = [keras.layers.Dense(1, name=name)(x) for name in config.HEADS]
    if auxiliary:
        outputs.append(keras.layers.Dense(1, name="aux")(x))
    return keras.Model(x, outputs)
