import keras
from keras.layers import Dense, Input
from keras.models import Model


def discriminator(shape, labels=None):
    i = Input(shape)
    h = Dense(4)(i)
    real = Dense(1, name="real")(h)
    outputs = real
    if labels is not None:
        outputs = [real, Dense(labels, name="label")(h)]
    return Model(i, outputs, name="discriminator")


def train(models, x):
    d, g, adversarial = models
    loss, real_loss, label_loss = d.train_on_batch(x, [ones, labels])
    adversarial.train_on_batch(x, [ones, labels])


def build_and_train(x):
    d = discriminator((2,), labels=10)
    d.compile("sgd", loss=["binary_crossentropy", "categorical_crossentropy"], metrics=["accuracy"])
    d.trainable = False
    noise = Input((3,))
    g = Model(noise, Dense(2)(noise))
    a = Model(noise, d(g(noise)))
    a.compile("sgd", loss=["binary_crossentropy", "categorical_crossentropy"])
    stacked = Model(noise, d(g(noise)) + [Dense(1, name="code")(noise)])
    stacked.compile("sgd", loss=["mse", "mse", "mse"])
    train((d, g, a), x)


build_and_train(data)


#> compile functional [discriminator, discriminator, code] | loss ["mse", "mse", "mse"]
#> train_on_batch@18 functional [real, label] | loss ["binary_crossentropy", "categorical_crossentropy"] | metrics ["accuracy"] | targets [ones, labels] | train_on_batch unpack 3
#> train_on_batch@19 functional [discriminator, discriminator] | loss ["binary_crossentropy", "categorical_crossentropy"] | targets [ones, labels]
