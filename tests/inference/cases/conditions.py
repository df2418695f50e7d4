import keras
from keras import layers

x = keras.Input((2,))


def heads(kind, names=None):
    if names is None:
        names = ["m", "n"]
    if kind == "pair":
        return [layers.Dense(1, name=name)(x) for name in names]
    elif kind == "dict":
        return {name: layers.Dense(1, name=name)(x) for name in names}
    return layers.Dense(1, name="only")(x)


def train(kind, y):
    model = keras.Model(x, heads(kind))
    if kind == "pair":
        loss = ["mse", "mae"]
    elif kind == "dict":
        loss = dict(m="mse", n="mae")
    else:
        loss = "mse"
    model.compile("sgd", loss=loss)
    return model


def early(flag):
    if not flag:
        model = keras.Model(x, layers.Dense(1, name="single")(x))
        model.compile("sgd", "mse")
        return model
    model = keras.Model(x, heads("pair", names=("s", "t")))
    model.compile("sgd", ["mse", "mse"])
    return model


def use(flag, x, y):
    model = early(flag)
    model.fit(x, [y, y] if flag else y)


#> compile functional [m, n] | loss ["mse", "mae"] | if kind == 'pair'
#> compile functional {m: m, n: n} | loss {m: "mse", n: "mae"} | if kind == 'dict'
#> compile functional only | loss loss | if not (kind == 'pair') and not (kind == 'dict')
#> fit@41 functional [s, t] | loss ["mse", "mse"] | targets [y, y] | if flag
#> fit@41 functional single | loss "mse" | targets ? | if not flag
#> undecided@41 targets not known: parameter 'y' of 'use' is not known
