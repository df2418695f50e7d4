"""A loop that would take all steps is cut short: what comes after it is still judged."""

import keras
from keras import layers

FIELDS = list(range(60))
found = {}
for one in FIELDS:
    for two in FIELDS:
        for three in FIELDS:
            found[one, two] = three

names = []
for place in FIELDS[:3]:
    names.append(f"head_{place}")
x = keras.Input((2,))
model = keras.Model(x, [layers.Dense(1, name=name)(x) for name in names])
model.compile("sgd", ["mse", "mae", "mse"])

for one in FIELDS:
    for two in FIELDS:
        for three in FIELDS:
            names.append("more")
model = keras.Model(x, [layers.Dense(1, name=name)(x) for name in names])
model.compile("sgd", "mse")


#> compile functional [head_0, head_1, head_2] | loss ["mse", "mae", "mse"]
#> compile functional [head_0, head_1, head_2, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, _, ...] | loss "mse"
#> undecided@25 outputs not known: it is changed in a loop (line 21) that is not unrolled
