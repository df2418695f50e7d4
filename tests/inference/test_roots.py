"""Which definitions of a document are worth running by themselves."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from keraslint.inference.roots import Roots


def training(source: str) -> set[str]:
    """The names of the definitions that lead to training."""
    return Roots(ast.parse(dedent(source))).training


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ("return x", set()),
        ("return super().fit(x, [x, x])", {"fit", "run", "Trainer"}),
        ("return self.model.fit(x, [x, x])", {"fit", "run", "Trainer"}),
        ("return [one.fit(x) for one in self.models]", {"fit", "run", "Trainer"}),
    ],
)
def test_a_method_of_its_own_class_does_what_that_does(own: str, wanted: set[str]) -> None:
    """A class that defines ``fit`` does not train by calling it, unless what it defines does."""
    source = f"""
    class Trainer:
        def fit(self, x):
            {own}

        def run(self, x):
            return self.fit(x)
    """
    assert training(source) == wanted


def test_a_method_that_a_class_does_not_define_may_be_that_of_keras() -> None:
    """Nor is the method of a class around it its own, or one that another object has."""
    source = """
    class Outer:
        def fit(self):
            pass

        class Inner(keras.Model):
            def run(self, x):
                return self.fit(x)

        def other(self, model):
            return model.fit(self)
    """
    assert training(source) == {"run", "Inner", "other", "Outer"}
