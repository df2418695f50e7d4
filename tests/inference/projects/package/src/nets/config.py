HEADS = ("left", "right")
LOSSES = {"left": "mse", "right": "mae"}
