"""The plan of a NestedLoss, read as it is printed."""

from __future__ import annotations

import keras
import pytest

from keraslint import losses
from tests.losses import programs

pytestmark = pytest.mark.train

NESTED = losses.NestedLoss({"detection": programs.joint, "detection.bbox": "mae"}, {"detection.bbox": 2})
PLAN = """\
path loss weight outputs targets logged as
detection joint 1 bbox (None, 4), confidence (None, 1) bbox (10, 4), confidence (10, 1) detection_loss
detection.bbox mae 2 (None, 4) (10, 4) detection.bbox_loss
class has no loss: it needs no target and is not trained.
detection.bbox is trained by 2 terms: detection_loss, detection.bbox_loss.
"""


def squeezed(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines() if not line.startswith("-")]


def test_the_plan_names_terms_heads_and_shapes() -> None:
    model = programs.functional(keras.Model, "nested")
    y = {"detection": programs.targets("nested")["detection"]}
    assert squeezed(NESTED.explain(model, y)) == squeezed(PLAN)


def test_outputs_may_be_given_instead_of_a_model() -> None:
    model = programs.subclassed(programs.Plain, "nested")
    with pytest.raises(losses.PathError, match=r"explain\(model\(x\)\)"):
        NESTED.explain(model)
    assert "(10, 4)" in NESTED.explain(model(programs.inputs()))


def test_a_path_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(losses.PathError, match=r"Nearest: 'detection\.bbox'"):
        losses.NestedLoss({"detection.bx": "mse"}).explain(programs.targets("nested"))
