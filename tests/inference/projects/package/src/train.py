import nets
from nets import Net, build, NAMES
from nets.build import build as make
from nets.missing import nothing

net = Net(2)
net.fit(data, [one, two])
model = build(auxiliary=True)
model.compile("sgd", ["mse"] * len(NAMES))
nets.build().compile("sgd", nothing)
make().compile("sgd", loss=nets.config.LOSSES)


#> fit@15 functional {left: left, right: right} | loss {left: "mse", right: "mae"} | targets [one, two]
#> compile functional [left, right, aux] | loss ["mse", "mse"]
#> compile functional [left, right] | loss ?
#> compile functional [left, right] | loss {left: "mse", right: "mae"}
#> undecided@10 loss not known: 'nets.missing.nothing' is not a file of the project
