"""A second compile call: what it does not give may be that of the first."""

import keras
from keras.layers import Dense

i = keras.Input((2,))
m = keras.Model(i, [Dense(1, name="b")(i), Dense(1, name="a")(i)])
m.compile("sgd", ["mse", "mae"], metrics=["acc", "mae"])
m.fit(x, [y, y])
m.compile("adam", ["mse", "mae"])
m.fit(x, [y, y])
m.compile("adam", ["mse", "mae"], metrics={"b": "acc"})
m.fit(x, [y, y])
m.compile("adam")
m.fit(x, [y, y])


#> fit@9 functional [b, a] | loss ["mse", "mae"] | metrics ["acc", "mae"] | targets [y, y]
#> fit@11 functional [b, a] | loss ["mse", "mae"] | metrics ? | targets [y, y]
#> fit@13 functional [b, a] | loss ["mse", "mae"] | metrics {b: "acc"} | targets [y, y]
#> fit@15 functional [b, a] | loss ? | loss_weights ? | metrics ? | targets [y, y]
#> undecided@11 metrics not known: that of an earlier compile call, which Keras keeps since 3.6, as none is given
#> undecided@15 loss not known: that of an earlier compile call, which Keras keeps since 3.6, as none is given
#> undecided@15 loss_weights not known: that of an earlier compile call, which Keras keeps since 3.6, as none is given
#> undecided@15 metrics not known: that of an earlier compile call, which Keras keeps since 3.6, as none is given
