import keras
from somewhere import make_model

i = keras.Input((2,))
model = keras.Model(i, make_model(i))
model.compile("sgd", loss=["mse", "mae"], metrics=["acc"])
model.fit(x, [y, z])


class Net(Base):
    def __init__(self, shape):
        inputs = keras.Input(shape)
        outputs = [keras.layers.Dense(1, name="p")(inputs), keras.layers.Dense(1, name="q")(inputs)]
        super().__init__(name="net", inputs=inputs, outputs=outputs)


net = Net((2,))
net.compile("sgd", loss=["mse", "mae"])


#> fit@7 functional [_, _] | loss ["mse", "mae"] | metrics ["acc"] | targets [y, z]
#> compile functional [p, q] | loss ["mse", "mae"]
