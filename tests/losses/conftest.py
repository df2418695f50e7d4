"""Keras has to know its backend before it is imported; where there is none, these tests are skipped."""

from __future__ import annotations

import importlib.util
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

if any(importlib.util.find_spec(name) is None for name in ("keras", os.environ["KERAS_BACKEND"])):
    collect_ignore_glob = ["test_*.py"]
