from tensorflow.keras import Input, Model, layers
from tensorflow.keras import backend as K


def sampling(arguments):
    mean, log_var = arguments
    epsilon = K.random_normal(shape=(K.shape(mean)[0], K.int_shape(mean)[1]))
    return mean + K.exp(0.5 * log_var) * epsilon


def both(arguments):
    return arguments


x = Input((4,))
mean, log_var = layers.Dense(2, name="mean")(x), layers.Dense(2, name="log_var")(x)
z = layers.Lambda(sampling, output_shape=(2,), name="z")([mean, log_var])
encoder = Model(x, [mean, log_var, z])
encoder.compile("sgd", loss=["mse", "mse", "mae"])
split = Model(x, layers.Lambda(both)([mean, log_var]))
split.compile("sgd", loss=["mse", "mae"])
scaled = Model(x, [mean, layers.Lambda(lambda t: t / 2, name="half")(mean)])
scaled.compile("sgd", loss=["mse", "mae"])


#> compile functional [mean, log_var, z] | loss ["mse", "mse", "mae"]
#> compile functional ? | loss ["mse", "mae"]
#> compile functional [mean, half] | loss ["mse", "mae"]
#> undecided@21 outputs not known: how many outputs a 'keras.layers.Lambda' layer has is not known
