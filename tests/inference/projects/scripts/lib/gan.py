import keras
from keras.layers import Dense


def discriminator(x, labels=None):
    outputs = Dense(1, name="real")(x)
    if labels is not None:
        outputs = [outputs, Dense(labels, name="label")(x)]
    return keras.Model(x, outputs, name="discriminator")


if __name__ == "__main__":
    discriminator(keras.Input((2,))).compile("sgd", ["mse", "mae"])
