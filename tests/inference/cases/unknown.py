import random
import keras
from keras.layers import Dense
from .heads import make_heads

i = keras.Input((2,))
m = keras.Model(i, make_heads(i))
m.compile("sgd", loss=["mse"])
losses = ["mse", "mae"]
random.shuffle(losses)
n = keras.Model(i, [Dense(1, name="a")(i), Dense(1, name="b")(i)])
n.compile("sgd", loss=losses, **options)
n.fit(dataset, epochs=2)
loaded = keras.models.load_model("model.keras")
loaded.compile("sgd", loss=["mse", "mae"])
with pytest.raises(ValueError):
    n.fit(x, [y])


#> compile functional ? | loss ["mse"]
#> fit@13 functional [a, b] | loss [...] | loss_weights ? | metrics ? | weighted_metrics ? | targets ?
#> compile functional ? | loss ["mse", "mae"]
#> fit@17 functional [a, b] | loss [...] | loss_weights ? | metrics ? | weighted_metrics ? | targets [y] | an error is expected
#> undecided@8 outputs not known: '.heads' is not a file of the project
#> undecided@13 loss not known: it is given to a function that is not followed, which may change it
#> undecided@13 loss_weights not known: it is extended by something that is not known
#> undecided@13 metrics not known: it is extended by something that is not known
#> undecided@13 targets not known: the targets come with the data, which is not followed
#> undecided@15 outputs not known: the model is not known: what 'keras.models.load_model' returns is not known
#> undecided@17 loss not known: it is given to a function that is not followed, which may change it
#> undecided@17 loss_weights not known: it is extended by something that is not known
#> undecided@17 metrics not known: it is extended by something that is not known
