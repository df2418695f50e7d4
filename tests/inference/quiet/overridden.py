"""Training that is the program's own affair."""

import keras
from keras.layers import Dense


class Detector(keras.Model):
    def compile(self, box_loss=None, class_loss=None, **kwargs):
        super().compile(loss={"box": box_loss, "cls": class_loss}, **kwargs)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, {"box": y["b"], "cls": y["c"]}, y_pred, sample_weight)


class Stepper(keras.Model):
    def train_step(self, data):
        return {}


x = keras.Input((2,))
heads = {"boxes": Dense(4, name="boxes")(x), "classes": Dense(2, name="classes")(x)}
detector = Detector(x, heads)
detector.compile(box_loss="mse", class_loss="mae", optimizer="sgd")
detector.fit(images, [boxes, classes])
stepper = Stepper(x, heads)
stepper.compile("sgd", loss=["mse", "mae"])
stepper.fit(images, [boxes, classes])
