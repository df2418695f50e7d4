"""Generated programs with their outputs in a list: parts in containers of any kind, written in the calls or
under names that are used again, formatted in any way, with comments wherever Python allows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.fixing.generated import COMMENTS, HEADS, LOSSES, METRICS, containers

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAME = """\
import keras
import numpy as np{c0}

keras.utils.set_random_seed({seed})
rng = np.random.default_rng({seed}){c1}
data = rng.random((8, 3), dtype="float32")

x = keras.Input((3,), name="x")
h = {trunk}
{layers}
{model}{c2}

{compiled}

{fitted}{c3}
{after}
"""
TRUNKS = ("x", "keras.layers.Dense(4, activation='tanh')(x)")
AFTER = (
    "",
    "{heads} = model.predict(data, verbose=0)  # all of them\nprint({last})",
    "print(model.predict(data, verbose=0)[0].shape)  # the first",
    "got = model.predict(data, verbose=0)\nprint(got[{most}].shape, got[-1].sum())",
    "print(model.evaluate(data, {again}, verbose=0)[0])",
    "print(history.history['loss'])  # one log",
)


@st.composite
def listed(draw: st.DrawFn) -> str:
    """A program with two to four heads; outputs in a list or tuple, other parts as they come."""
    heads = draw(st.permutations(HEADS))[: draw(st.integers(2, 4))]
    named = draw(st.lists(st.booleans(), min_size=len(heads), max_size=len(heads)))

    kinds = st.sampled_from(("list", "list", "tuple", *(("dict",) if all(named) else ())))

    def part(entries: Sequence[str], kind: str | None = None) -> str:
        kind = draw(kinds) if kind is None else kind
        if kind == "dict":
            order = draw(st.permutations(range(len(heads))))
            return draw(containers([heads[at] for at in order], [entries[at] for at in order]))
        text = draw(containers(None, entries))
        return text if kind == "list" else f"({text[1:-1].rstrip()}\n)"

    def some(choices: Sequence[str]) -> list[str]:
        return [draw(st.sampled_from(choices)) for _ in heads]

    def called(start: str, arguments: dict[str, str]) -> str:
        """A call, with arguments under one name before it or in it."""
        before = draw(st.sampled_from((None, *arguments)))
        lines = [] if before is None else [f"part = {arguments[before]}"]
        given = [f"{name}={'part' if name == before else text}" for name, text in arguments.items()]
        joint = draw(st.sampled_from((", ", ",\n    ", ",  # next\n    ")))
        return "\n".join([*lines, f"{start}{joint.join(given)})"])

    def targets(kind: str | None = None) -> str:
        return part([f"rng.random((8, 1)) * {number + 1}" for number in range(len(heads))], kind)

    compiled = {"loss": part(some(LOSSES))}
    if draw(st.booleans()):
        compiled["loss_weights"] = part(some(("1.0", "0.5", "2.0")))
    if draw(st.booleans()):
        compiled["metrics"] = part([f"[{one}]" for one in some(METRICS)])
    kind = draw(kinds)  # Keras wants one structure of both
    fitted = {"y": targets(kind)}
    if draw(st.booleans()):
        fitted["sample_weight"] = part(some(("np.ones(8)", "np.linspace(0, 1, 8)")), kind)
    calls = [f'keras.layers.Dense(1, name="{one}")(h)' if own else "keras.layers.Dense(1)(h)"
             for one, own in zip(heads, named, strict=True)]  # fmt: skip
    after = draw(st.sampled_from(AFTER))
    again = targets() if "{again}" in after else ""
    return FRAME.format(
        seed=draw(st.integers(0, 9)),
        trunk=draw(st.sampled_from(TRUNKS)),
        layers="\n".join(f"{one} = {call}" for one, call in zip(heads, calls, strict=True)),
        model=called(
            "model = keras.Model(inputs=x, ",
            {"outputs": part(heads, draw(st.sampled_from(("list", "tuple"))))},
        ),
        compiled=called('model.compile(optimizer="sgd", ', compiled),
        fitted=called("history = model.fit(data, epochs=2, shuffle=False, verbose=0, ", fitted),
        after=after.format(heads=", ".join(heads), last=heads[-1], most=len(heads) - 1, again=again),
        **{f"c{number}": draw(st.sampled_from(COMMENTS)) for number in range(4)},
    )
