import keras
from keras.layers import Dense
from collections import OrderedDict

i = keras.Input((2,))
outs = {}
for n, head in enumerate(("b", "a")):
    outs[head] = Dense(1, name="{}_{}".format(head, n))(i)
losses = dict.fromkeys(outs, "mse")
m = keras.Model(i, outs)
m.compile("sgd", loss=dict(zip(["b", "a"], ["mse", "mae"])), metrics={**{"b": ["mae"]}, "a": "acc"})
m.fit(x, {"b": y, "a": y}, sample_weight={"b": w, "a": w})
m.compile("sgd", loss=losses)
lst = [Dense(1, name="u")(i)]
lst += [Dense(1, name="v")(i)]
lst.extend([Dense(1, name="w")(i)])
lst.insert(0, Dense(1, name="t")(i))
m2 = keras.Model(inputs=i, outputs=lst[:2] + lst[3:])
m2.compile("sgd", loss=["mse", None, "mae"])
m2.evaluate(x, (y, None, y))
m3 = keras.Model(i, OrderedDict([("z", lst[0]), ("y", lst[1])]))
m3.compile("sgd", loss={"z": ["mse", "mae"], "y": keras.losses.Huber(delta=2.0)})


#> fit@12 functional {b: b_0, a: a_1} | loss {b: "mse", a: "mae"} | metrics {b: ["mae"], a: "acc"} | targets {b: y, a: y} | sample_weight {b: w, a: w}
#> compile functional {b: b_0, a: a_1} | loss {b: "mse", a: "mse"} | metrics ?
#> evaluate@20 functional [t, u, w] | loss ["mse", None, "mae"] | targets (y, None, y)
#> compile functional {z: t, y: u} | loss {z: ["mse", "mae"], y: keras.losses.Huber(delta=2.0)}
#> undecided@13 metrics not known: that of an earlier compile call, which Keras keeps since 3.6, as none is given
