import keras
from keras.layers import Dense


def grown(n):
    i = keras.Input((2,))
    outs = []
    for k in range(n):
        outs.append(Dense(1)(i))
    m = keras.Model(i, outs)
    m.compile("sgd", loss=["mse"] * n)


def counted():
    i = keras.Input((2,))
    outs = []
    for stage in range(1, 3):
        for branch in (1, 2):
            if stage == 2 and branch == 2:
                continue
            outs.append(Dense(1, name="stage%d_L%d" % (stage, branch))(i))
    m = keras.Model(i, outs)
    m.compile("sgd", loss=["mse"] * len(outs))
    for epoch in range(epochs):
        for batch in data:
            losses = m.train_on_batch(batch.x, [batch.a, batch.b, batch.c])


def reassigned(x, y):
    i = keras.Input((2,))
    for model in [keras.Model(i, Dense(1, name="p")(i)), keras.Model(i, [Dense(1, name="q")(i), i])]:
        model.compile("sgd", "mse")
    while x:
        model.fit(x, y)
        model = keras.Model(i, i)


#> compile functional [_, ...] | loss ["mse", ...]
#> train_on_batch@26 functional [stage1_L1, stage1_L2, stage2_L1] | loss ["mse", "mse", "mse"] | targets [batch.a, batch.b, batch.c]
#> fit@34 functional [q, _] | loss "mse" | targets ?
#> undecided@11 outputs not known: it is changed in a loop (line 8) that is not unrolled
#> undecided@11 loss not known: parameter 'n' of 'grown' is not known
#> undecided@34 targets not known: parameter 'y' of 'reassigned' is not known
