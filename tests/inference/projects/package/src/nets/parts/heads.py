from keras import layers

from .. import config


def heads(x, names=config.HEADS):
    return {name: layers.Dense(1, name=name)(x) for name in names}
