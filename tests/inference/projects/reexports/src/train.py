import kit
from kit import build

build().compile("sgd", loss=["mse", "mae"])
kit.api.models.build().compile("sgd", loss=["mae", "mse"])


#> compile functional [left, right] | loss ["mse", "mae"]
#> compile functional [left, right] | loss ["mae", "mse"]
