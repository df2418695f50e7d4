import keras
from keras.layers import Dense

i = keras.Input((2,))
d = keras.Model(i, {"b": Dense(1)(i), "a": Dense(1)(i)})
d.compile("sgd", {"b": "mse", "a": "mae"})
one, two = d.predict(x)
first = d.predict(x)[0]
by_key = d.predict(x)["a"]
logs = dict(zip(d.metrics_names, d.evaluate(x, {"b": y, "a": y})))
total, *rest = d.train_on_batch(x, {"b": y, "a": y})
named = d.evaluate(x, {"b": y, "a": y}, return_dict=True)
s = keras.Sequential([Dense(4), Dense(1, name="out")])
s.add(Dense(2, name="last"))
s.compile("sgd", "mse")
s.fit(x, y_array)
a, b, c = s.predict(x)
nested = keras.Model(i, [d(i)["b"], s(i), s.output])
nested.compile("sgd", ["mse", "mse", "mse"])


#> result functional {b: _, a: _} | predict unpack 2
#> result functional {b: _, a: _} | predict index
#> evaluate@10 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets {b: y, a: y} | evaluate zip metrics_names
#> train_on_batch@11 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets {b: y, a: y} | train_on_batch unpack
#> evaluate@12 functional {b: _, a: _} | loss {b: "mse", a: "mae"} | targets {b: y, a: y}
#> fit@16 sequential last | loss "mse" | targets ?
#> result sequential last | predict unpack 3
#> compile functional [_, _, last] | loss ["mse", "mse", "mse"]
#> undecided@16 targets not known: 'y_array' is not assigned in this file
