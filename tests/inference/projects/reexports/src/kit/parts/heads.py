from keras.layers import Dense


def heads(x):
    return [Dense(1, name="left")(x), Dense(1, name="right")(x)]
