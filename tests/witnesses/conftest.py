"""Keras has to know its backend before it is imported; the witnesses read the tensors of this one."""

import os

import pytest

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture(autouse=True, scope="session")
def tensors_that_keep_their_identity() -> None:
    """Skip where Keras runs on another backend, whose tensors are not passed on as they are."""
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("the witnesses read TensorFlow's tensors")
