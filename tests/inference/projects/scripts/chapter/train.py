import sys

import keras

sys.path.append("..")
from lib import gan

d = gan.discriminator(keras.Input((2,)), labels=3)
d.compile("sgd", loss=["mse", "mae"], metrics=["acc"])


#> compile functional [real, label] | loss ["mse", "mae"] | metrics ["acc"]
