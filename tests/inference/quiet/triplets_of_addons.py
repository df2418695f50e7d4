"""Triplet losses of TensorFlow Addons: Euclidean, or angular ones that normalise; not of products."""

import keras
import tensorflow_addons as tfa

photo = keras.Input((8,))
hidden = keras.layers.Dense(8, activation="relu")(photo)
euclidean = keras.Model(photo, keras.layers.Dense(4, activation="tanh")(hidden))
euclidean.compile("sgd", loss=tfa.losses.TripletSemiHardLoss())
euclidean.fit(x, y)

angular = keras.Model(photo, keras.layers.Dense(4)(hidden))
angular.compile("sgd", loss=tfa.losses.TripletHardLoss(distance_metric="angular"))
angular.fit(x, y)
