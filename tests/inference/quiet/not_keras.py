"""Calls with the names of Keras's methods on other things."""

import re

import autokeras as ak
import openvino.runtime as ov
import tensorflow as tf
from sklearn.linear_model import LinearRegression
from tensorflow.keras.preprocessing.image import ImageDataGenerator

pattern = re.compile("a", re.I)
regression = LinearRegression()
regression.fit([[1.0], [2.0]], [1.0, 2.0])
first = regression.predict([[1.0]])[0]
datagen = ImageDataGenerator(rotation_range=2)
datagen.fit(images)
auto = ak.AutoModel(inputs=[ak.Input()], outputs=[ak.RegressionHead(), ak.ClassificationHead()])
auto.fit(x, [y1, y2, y3])
compiled = ov.Core().compile_model(ov.Model(results, params), "CPU")


class OpsTest(tf.test.TestCase):
    def test_values(self):
        a, b, c = self.evaluate([one, two, three])


class Wrapper:
    def __init__(self, model):
        self.model = model

    def predict(self, x):
        return self.model.predict(x), None, 1.0

    def fit(self, x, y):
        self.model.fit(x, [y, y])


wrapper = Wrapper(getattr(zoo, name)())
policy, value, extra = wrapper.predict(state)
wrapper.fit(x, y)
