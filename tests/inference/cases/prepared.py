import keras


def built():
    i = keras.Input((3,))
    a, b = keras.layers.Dense(1, name="a")(i), keras.layers.Dense(1, name="b")(i)
    return keras.Model(i, [a, b])


class Reading:
    def prepare(self):
        self.model = built()
        self.unread = built()

    def train(self, x, y):
        self.model.compile("sgd", loss=["mse", "mae"])
        self.model.fit(x, [y, y])


def train(trainer, x, y):
    trainer.net.compile("sgd", loss=["mae", "mse"])
    trainer.net.fit(x, [y, y])


class Handing:
    def prepare(self):
        self.net = built()

    def train(self, x, y):
        train(self, x, y)


class Base:
    def train(self, x, y):
        self.inner.compile("sgd", loss=["mse", "mse"])
        self.inner.fit(x, [y, y])


class Below(Base):
    def prepare(self):
        self.inner = built()

    def train(self, x, y):
        super().train(x, y)


#> fit@17 functional [a, b] | loss ["mse", "mae"] | targets [y, y]
#> fit@22 functional [a, b] | loss ["mae", "mse"] | targets [y, y]
#> fit@36 functional [a, b] | loss ["mse", "mse"] | targets [y, y]
