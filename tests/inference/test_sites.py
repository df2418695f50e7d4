"""What is understood of a program: each case ends with the sites that it has, one a line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from keraslint.documents import Document
from keraslint.inference import Project
from keraslint.sites import Inferred, find
from keraslint.sites.model import Given
from keraslint.syntax.scout import Parsed
from tests.inference.describe import describe

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))
MARK = "#> "


def sites(source: str) -> Inferred:
    """The sites of a program."""
    return find(Parsed(Document("program.py", source), ast.parse(source)), Project())


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_sites(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    expected = [line.removeprefix(MARK) for line in source.splitlines() if line.startswith(MARK)]
    inferred = sites(source)
    found = [describe(site) for site in inferred.sites]
    found += [f"undecided@{one.location.span.line} {one.reason}" for one in inferred.undecided]
    assert found == expected
    assert expected, "a case says what is understood of it"


IMPORTS = """\
from tensorflow.keras.models import Model
from tensorflow.keras.layers import Input, Dense
---
import tensorflow as tf
Model, Input, Dense = tf.keras.Model, tf.keras.Input, tf.keras.layers.Dense
---
from tensorflow import keras
from tensorflow.keras import layers as L
Model, Input, Dense = keras.Model, keras.layers.Input, L.Dense
---
import keras
Model, Input, Dense = keras.models.Model, keras.Input, keras.layers.Dense
---
import keras as K
Model, Input, Dense = K.Model, K.layers.Input, K.layers.Dense
---
from keras.models import *
from keras.layers import *
---
from tensorflow.python.keras import Model, Input
from tensorflow.python.keras.layers import Dense
---
from keras.src.models.model import Model
from keras.src.layers import Dense
from keras.src import Input
---
from keras import Model, Input
from keras.layers import Dense
import keras.backend as K
---
import tf_keras
Model, Input, Dense = tf_keras.Model, tf_keras.Input, tf_keras.layers.Dense
---
import tensorflow.compat.v1 as tf
Model, Input, Dense = tf.keras.models.Model, tf.keras.layers.Input, tf.keras.layers.Dense
---
import tensorflow.keras.layers
from keras.engine.training import Model
Input, Dense = tensorflow.keras.Input, tensorflow.keras.layers.Dense
---
try:
    from keras.models import Model
except ImportError:
    from tensorflow.keras.models import Model
from keras.layers import Dense, Input
""".split("---\n")  # noqa: SIM905  # programs of several lines read better so

BODY = """
x = Input((2,))
model = Model(x, [Dense(1, name="z")(x), Dense(1, name="a")(x)])
model.compile("sgd", loss=["mse", "mae"])
"""


@pytest.mark.parametrize("imports", IMPORTS)
def test_import_spellings(imports: str) -> None:
    found = [describe(site) for site in sites(imports + BODY).sites]
    assert found == ['compile functional [z, a] | loss ["mse", "mae"]']


@pytest.mark.parametrize(
    "source",
    [
        "import re\nModel = re.compile\nModel('a', [1, 2])",
        BODY,
        "from mine import Model, Dense, Input\n" + BODY,
    ],
)
def test_nothing_is_guessed(source: str) -> None:
    assert not any(isinstance(site.outputs, Given) for site in sites(source).sites)


PROJECTS = sorted((Path(__file__).parent / "projects").rglob("train.py"))


@pytest.mark.parametrize("path", PROJECTS, ids=[path.parts[-3] for path in PROJECTS])
def test_sites_across_files(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    inferred = find(Parsed(Document(str(path), source), ast.parse(source)), Project(str(path.parents[1])))
    expected = [line.removeprefix(MARK) for line in source.splitlines() if line.startswith(MARK)]
    found = [describe(site) for site in inferred.sites]
    found += [f"undecided@{one.location.span.line} {one.reason}" for one in inferred.undecided]
    assert found == expected
    assert expected
