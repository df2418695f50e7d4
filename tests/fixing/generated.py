"""Generated training programs: outputs, losses, weights, metrics and targets in containers of any kind,
formatted in any way, with comments wherever Python allows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["list", "dict"]

HEADS = ("rooms", "price", "area", "zone", "ähre")
LOSSES = ('"mse"', "'mae'", '"huber"', "keras.losses.MeanSquaredError(\n        name='own',  # (\n    )",
          "keras.losses.Huber(delta=0.5)")  # fmt: skip
METRICS = ('"mae"', '"mse"', "keras.metrics.MeanAbsoluteError(name='m')")
COMMENTS = ("", "", "  # one", "  # [two], {three: 3}", "  # é\t'four'")

FRAME = """\
import keras
import numpy as np{c0}

keras.utils.set_random_seed({seed})

x = keras.Input((3,), name="x")
{layers}
model = keras.Model(x, {outputs}){c1}

{before}model.compile({arguments}){c2}

rng = np.random.default_rng({seed}){c3}
data = rng.random((8, 3), dtype="float32")
{targets}
model.fit(data, targets, epochs=2, verbose=0){c4}
"""


@dataclass(frozen=True)
class Generated:
    """A program and the containers that were drawn for it."""

    source: str
    kinds: tuple[tuple[str, Kind | None], ...]


@st.composite
def containers(draw: st.DrawFn, keys: Sequence[str] | None, entries: Sequence[str]) -> str:
    """A list of the entries, or a dict with these keys, on one line or on several."""
    opening, closing = "[]" if keys is None else "{}"
    quote = draw(st.sampled_from("\"'"))
    names = [""] * len(entries) if keys is None else [f"{quote}{key}{quote}: " for key in keys]
    items = [f"{name}{entry}" for name, entry in zip(names, entries, strict=True)]
    if draw(st.booleans()):
        space = draw(st.sampled_from(("", " ")))
        return f"{opening}{space}{', '.join(items)}{draw(st.sampled_from(('', ',')))}{space}{closing}"
    indent = draw(st.sampled_from(("    ", "\t", "  ")))
    lines = [f"{opening}{draw(st.sampled_from(COMMENTS))}"]
    for number, item in enumerate(items):
        if draw(st.integers(0, 3)) == 0:
            lines.append(f"{indent}# {draw(st.sampled_from(('before', '[', '},')))} {number}")
        comma = "," if number < len(items) - 1 or draw(st.booleans()) else ""
        lines.append(f"{indent}{item}{comma}{draw(st.sampled_from(COMMENTS))}")
    return "\n".join([*lines, closing])


@st.composite
def programs(draw: st.DrawFn) -> Generated:
    """A program with two to four heads."""
    heads = draw(st.permutations(HEADS))[: draw(st.integers(2, 4))]
    kinds: dict[str, Kind | None] = {}

    def part(name: str, entries: Sequence[str], *, optional: bool = False) -> str | None:
        kind: Kind | None = draw(st.sampled_from(("list", "dict", *((None,) if optional else ()))))
        kinds[name] = kind
        if kind is None:
            return None
        order = draw(st.permutations(range(len(heads)))) if kind == "dict" else range(len(heads))
        keys = [heads[at] for at in order] if kind == "dict" else None
        return draw(containers(keys, [entries[at] for at in order]))

    def some(choices: Sequence[str]) -> list[str]:
        return [draw(st.sampled_from(choices)) for _ in heads]

    outputs = part("outputs", heads)
    parts = {
        "loss": part("loss", some(LOSSES)),
        "loss_weights": part("loss_weights", some(("1.0", "0.5", "2.0")), optional=True),
        "metrics": part("metrics", some(METRICS), optional=True),
    }
    before = "losses = " + (parts["loss"] or "") + "\n" if draw(st.booleans()) else ""
    if before:
        parts["loss"] = "losses"
    arguments = ['optimizer="sgd"', *(f"{name}={text}" for name, text in parts.items() if text is not None)]
    joint = draw(st.sampled_from((", ", ",\n    ", ",  # next\n    ")))
    targets = part("targets", [f"rng.random((8, 1)) * {number + 1}" for number in range(len(heads))])
    comments = {f"c{number}": draw(st.sampled_from(COMMENTS)) for number in range(5)}
    source = FRAME.format(
        seed=draw(st.integers(0, 9)),
        layers="\n".join(f'{head} = keras.layers.Dense(1, name="{head}")(x)' for head in heads),
        outputs=outputs,
        before=before,
        arguments=joint.join(arguments),
        targets=f"targets = {targets}",
        **comments,
    )
    return Generated(source, tuple(kinds.items()))
