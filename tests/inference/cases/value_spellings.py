"""Values as real programs spell them: dictionaries, models as layers, copies, configuration."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import keras
import tensorflow as tf
from keras import layers
from keras.layers import Dense

HEADS = {"b": 3, "a": 1}
CONFIG = {"loss": {"b": "mse", "a": "mae"}, "weights": [1.0, 2.0]}


def net(heads=("b", "a"), *, extra=()):
    i = keras.Input((2,))
    return keras.Model(i, [Dense(1, name=head)(i) for head in (*heads, *extra)])


@dataclass
class Options:
    loss: str = "mse"
    heads: tuple = ("b", "a")


class Pair(NamedTuple):
    first: str
    second: str


class Config:
    LOSSES = ["mse", "mae"]
    heads = ["b", "a"]


i = keras.Input((2,))
by_head = {name: Dense(units, name=name)(i) for name, units in HEADS.items()}
m = keras.Model(inputs={"x": i}, outputs=by_head)
m.compile("sgd", loss=CONFIG["loss"], loss_weights=dict(zip(HEADS, CONFIG["weights"])))
m.fit({"x": x}, {name: y for name in HEADS})
copy = keras.models.clone_model(net())
copy.compile("sgd", loss=Config.LOSSES)
part = keras.Model(net().input, net(extra=["c"]).outputs[:2])
part.compile("sgd", Config().LOSSES)
top = keras.Model(i, net()(i))
top.compile("sgd", 2 * ["mse"])
base = keras.applications.ResNet50(include_top=False)
head = layers.GlobalAveragePooling2D()(base.output)
classifier = keras.Model(base.input, [Dense(2, name="kind")(head), base.output])
classifier.compile("sgd", {"kind": "mse"})
make = partial(net, extra=("d",))
make().compile("sgd", loss=[partial(weighted, weight=2.0), "mse", "mae"])
options = Options(loss="mae")
net(options.heads).compile("sgd", loss=[options.loss, Options.loss])
shared = Dense(1, name="shared")
siamese = keras.Model([i, i], [shared(i), shared(i)])
siamese.compile("sgd", Pair("mse", "mae"))
with tf.distribute.MirroredStrategy().scope():
    inside = net()
    inside.compile("sgd", loss=[*Config.LOSSES])
losses = {"b": "mse"}
losses.update(a="mae")
losses |= {"c": "mse"}
net(extra=["c"]).compile("sgd", losses)
first, *others = net(extra=["c"]).outputs
keras.Model(i, [first, others[-1]]).compile("sgd", sorted(["mse", "mae"]))
match kind:
    case "two":
        made = net()
    case _:
        made = net(extra=["c"])
made.compile("sgd", ["mse", "mae"])
del losses["c"]
net().compile("sgd", losses)
keras.Model(i, tuple(map(lambda name: Dense(1, name=name)(i), ["p", "q"]))).compile("sgd", "mse")
keras.Model(i, list(by_head.values())).compile("sgd", list(filter(None, ["mse", None])))


#> fit@41 functional {b: b, a: a} | loss {b: "mse", a: "mae"} | loss_weights {b: 1.0, a: 2.0} | targets {b: y, a: y}
#> compile functional [b, a] | loss ["mse", "mae"]
#> compile functional [b, a] | loss ["mse", "mae"]
#> compile functional [_, _] | loss ["mse", "mse"]
#> compile functional [kind, _] | loss {kind: "mse"}
#> compile functional [b, a, d] | loss [partial(weighted, weight=2.0), "mse", "mae"]
#> compile functional [b, a] | loss [options.loss, Options.loss]
#> compile functional [shared, shared] | loss ?
#> compile functional [b, a] | loss ["mse", "mae"]
#> compile functional [b, a, c] | loss {b: "mse", a: "mae", c: "mse"}
#> compile functional [b, c] | loss ["mae", "mse"]
#> compile functional [b, a] | loss ["mse", "mae"] | if kind == 'two'
#> compile functional [b, a, c] | loss ["mse", "mae"] | if not (kind == 'two')
#> compile functional [b, a] | loss {b: "mse", a: "mae"}
#> compile functional (p, q) | loss "mse"
#> compile functional [b, a] | loss ["mse"]
#> undecided@58 loss not known: class Pair is a container of its own
