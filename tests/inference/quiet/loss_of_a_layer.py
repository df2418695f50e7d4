"""Without a loss in compile a model trains on what its layers add, as Keras 3.15 was seen to do."""

import keras
import numpy as np
from keras import layers

house = keras.Input((4,), name="house")
code = layers.Dense(2, name="code", activity_regularizer="l2")(house)
model = keras.Model(house, layers.Dense(4, name="decoded")(code))
model.compile(optimizer="sgd")
x = np.random.rand(6, 4)
model.fit(x, x, verbose=0)
