"""The byte screen loses nothing; what Python refuses becomes a failure."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from keraslint.documents import Document, Failure
from keraslint.syntax.scout import Parsed, parse_document, worth_reading


@pytest.mark.parametrize(
    "source",
    [
        "import keras\nm.compile(loss='mse')",
        "from tensorflow.keras.models import Model\nModel(input=a, output=b)",
        "from keras import Model\nModel(**{'input': a, 'output': b})",
        "from keras import Model\nModel(a, heads.values())",
        "import keras\nm.add_loss(x)",
        "import keras\nm.add_metric(x)",
        "import keras\nself.compiled_loss(y, z)",
        "from keras.losses import CosineSimilarity\nloss(y, z, ref_labels=y)",
        "import keras\nfit = m.fit\nfit(x, y)",
        "import tf_keras\nm.fit(x, y)",
        "import keras as K\na, b = m.predict(x)",
        "from models import build\nbuild().compile('sgd', loss=['mse', 'mae'])",
        "from models import model\nmodel.train_on_batch(x, y)",
        "from models import model\nmodel.fit(data)",
        "model . \\\n compile(loss=a)  # of keras",
        "import keras\nprint(f'''{m.predict(x)}''')",
        "import keras\na = \"'''\"; m.fit(x); b = \"'''\"",
        'import keras\n# don\'t """\nm.fit(x)\n# """',
        'import keras\n"""A \\""" text."""; m.fit(x)\n"""."""',
        '{"source": ["from keras import *\\n", "m.evaluate(x, y)"]}',
    ],
)
def test_what_may_hold_a_site_is_read(source: str) -> None:
    assert worth_reading(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "",
        "keras '''m.fit(x)'''",
        "import re\nre.compile('a')",
        "import sklearn\nmodel.transform(x)",
        "import keras\nkeras.ops.add(a, b)",
        "from keras import Model\ndef build(a, b):\n    return Model(a, b)",
        'import keras\n"""Then ``m.compile()`` and m.fit(x)."""',
        "import keras\nself.add_loss(x)",
        "import keras\n# how to compile and fit",
    ],
)
def test_what_cannot_hold_a_site_is_not(source: str) -> None:
    assert not worth_reading(source.encode())


DOT = rb"\.[\s\\n\",]*"
DATA = rb"(?:(?:fit|evaluate|predict)(?:_generator)?|(?:train|test|predict)_on_batch)\b"
WITH_KERAS = re.compile(DOT + rb"(?:compile\b|" + DATA + rb")")
WITHOUT_KERAS = re.compile(DOT + DATA)
COMPILED = re.compile(DOT + rb"compile\b")
PARTS = [
    *(
        "keras",
        "loss",
        ".",
        "m.",
        "compile",
        "fit",
        "evaluate",
        "predict",
        "_generator",
        "_on_batch",
        "train",
    ),
    *("test", "_", "s", "(", " ", "\n", "\\n", "\\", ",", "n", "jit_", "'", "1"),
]


@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_words_are_found_where_the_pattern_finds_them(source: str) -> None:
    data = source.encode()
    if b"keras" in data:
        trains = WITH_KERAS.search(data) is not None
    else:
        trains = WITHOUT_KERAS.search(data) is not None or (
            b"loss" in data and COMPILED.search(data) is not None
        )
    assert worth_reading(data) == trains


def test_a_document_parses_or_fails() -> None:
    parsed = parse_document(Document("x.py", "a = 1\n"))
    assert isinstance(parsed, Parsed)
    assert len(parsed.tree.body) == 1
    failure = parse_document(Document("x.py", "a =\n"))
    assert isinstance(failure, Failure)
    assert (failure.document, failure.line) == ("x.py", 1)
