from keras import Input, Model, layers


def build(depth, aux=False):
    x = Input((4,))
    for width in (8, 4):
        x = layers.Dense(width)(x)
    heads = [layers.Dense(1, name=f"head_{i}")(x) for i in range(2)]
    losses = ["mse"] * 2
    weights = [1.0, 0.5]
    if aux:
        heads.append(layers.Dense(1, name="aux")(x))
        losses += ["mae"]
        weights = weights + [0.1]
    model = Model(x, heads)
    model.compile("sgd", loss=losses, loss_weights=weights)
    return model


def train(x, y0, y1, y2):
    build(2).fit(x, [y0, y1])
    build(2, aux=True).fit(x, [y0, y1, y2])


def either(flag, x, y):
    model = build(2, flag)
    model.fit(x, [y] * 3 if flag else [y] * 2)


#> fit@21 functional [head_0, head_1] | loss ["mse", "mse"] | loss_weights [1.0, 0.5] | targets [y0, y1]
#> fit@22 functional [head_0, head_1, aux] | loss ["mse", "mse", "mae"] | loss_weights [1.0, 0.5, 0.1] | targets [y0, y1, y2]
#> fit@27 functional [head_0, head_1, aux] | loss ["mse", "mse", "mae"] | loss_weights [1.0, 0.5, 0.1] | targets [y, y, y] | if flag
#> fit@27 functional [head_0, head_1] | loss ["mse", "mse"] | loss_weights [1.0, 0.5] | targets [y, y] | if not flag
