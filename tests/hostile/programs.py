"""Hostile files by name: each is made here, bytes leave, with what must be said of it."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = "import keras\nfrom keras import layers\n"
MODEL = 'i = keras.Input((3,))\nm = keras.Model(i, {{{heads}}})\nm.compile("sgd", loss=["mse", "mae"])\n'


@dataclass(frozen=True)
class Hostile:
    """A file, and the codes of what is found in it."""

    content: bytes
    codes: frozenset[str] = frozenset()


def _source(text: str, *codes: str) -> Hostile:
    return Hostile((HEAD + text).encode("utf-8", "surrogatepass"), frozenset(codes))


def _named(first: str, second: str) -> Hostile:
    """A silent swap between outputs of these names."""
    heads = f"{first!r}: layers.Dense(1)(i), {second!r}: layers.Dense(1)(i)"
    return _source(MODEL.format(heads=heads), "KER202")


def _branches(depth: int) -> str:
    """Outputs that hang on many conditions, one after the other."""
    ifs = "".join(f"    if f[{k}]:\n        outs.append(layers.Dense(1)(i))\n" for k in range(depth))
    tail = "    m = keras.Model(i, outs)\n    m.compile(loss=['mse'])\n    return m\n"
    return f"def g(i, f):\n    outs = []\n{ifs}{tail}g(keras.Input((3,)), flags)\n"


def _nested_branches(depth: int) -> str:
    """Outputs that hang on conditions, one inside the other."""
    ifs = "".join(f"{' ' * (4 + k)}if f[{k}]:\n{' ' * (5 + k)}outs.append(i)\n" for k in range(depth))
    model = "    keras.Model(i, outs).compile(loss=['mse'])\n"
    return f"def g(i, f):\n    outs = []\n{ifs}{model}g(keras.Input((3,)), f)\n"


def _elifs(count: int) -> str:
    return "if a: pass\n" + "".join(f"elif a == {k}: x = {k}\n" for k in range(count)) + "m.compile()\n"


def _chain(length: int) -> str:
    """A model handed from function to function."""
    functions = "".join(f"def f{k}(m):\n    return f{k + 1}(m)\n" for k in range(length))
    return f"{functions}def f{length}(m):\n    m.compile(loss=['mse'])\nf0(keras.Model(a, b))\n"


def _many_heads(count: int) -> Hostile:
    heads = ", ".join(f'"h{k:05}": layers.Dense(1)(i)' for k in range(count))
    losses = ", ".join(f'"h{k:05}": "mse"' for k in range(1, count))
    source = f"i = keras.Input((3,))\nm = keras.Model(i, {{{heads}}})\nm.compile('sgd', loss={{{losses}}})\n"
    return _source(source)


DOUBLING = "x0 = [1]\n" + "".join(f"x{k + 1} = x{k} {{0}} x{k}\n" for k in range(60))

PROGRAMS: dict[str, Hostile] = {
    "nested brackets": _source(f"x = {'[' * 10_000}{']' * 10_000}\nm.compile()\n", "KER001"),
    "nested brackets that parse": _source(f"x = {'[' * 90}{']' * 90}\nm.compile(loss=x)\n"),
    "attributes": _source(f"x = a{'.b' * 50_000}\nm.compile(loss=x)\n", "KER001"),
    "calls": _source(f"x = a{'()' * 5_000}\nm.compile(loss=x)\n", "KER001"),
    "signs": _source(f"x = {'-' * 100_000}1\nm.compile()\n", "KER001"),
    "nots": _source(f"x = {'not ' * 20_000}a\nm.compile()\n", "KER001"),
    "sums": _source(f"x = {'+'.join('a' * 20_000)}\nm.compile(loss=x)\n", "KER001"),
    "elifs": _source(_elifs(3_000), "KER001"),
    "recursion": _source("def f(n):\n    m.compile(loss=['a'])\n    return f(n + 1) + f(n + 2)\nf(0)\n"),
    "its own base": _source(
        "class A(A): pass\nclass B(C): pass\nclass C(B): pass\nC().compile(loss='mse')\n"
    ),
    "a decorator of itself": _source("@f\ndef f(): return f\nf()().compile(loss='mse')\n"),
    "huge constants": _source(
        "x = ['mse'] * 10**9\ny = 'a' * 10**10\nz = 10**10**8\nq = 1 << 10**10\nm.compile(loss=x)\n"
        "for k in range(10**12): x.append(k)\nm.fit(x, y * z)\nf'{1:>1000000000}'\n"
    ),
    "a billion names": _source(f"{','.join(f'a{k}' for k in range(50_000))} = f()\nm.compile(loss=a1)\n"),
    "doubling sums": _source(DOUBLING.replace("{0}", "+") + "m.compile(loss=x60)\n"),
    "doubling lists": _source(
        "x0 = [1]\n" + "".join(f"x{k + 1} = [x{k}, x{k}]\n" for k in range(60)) + "m.compile(loss=x60)\n"
    ),
    "branches": _source(_branches(64)),
    "nested branches": _source(_nested_branches(64), "KER102"),
    "a chain of functions": _source(_chain(200)),
    "two thousand heads": _many_heads(2_000),
    "zero byte": Hostile(HEAD.encode() + b'x = "\0"\nmodel.compile(loss=x)\n', frozenset({"KER001"})),
    "no such encoding": Hostile(b"# coding: nonsense\nimport keras\nm.compile()\n", frozenset({"KER001"})),
    "not its encoding": Hostile(b'import keras\nx = "\xff\xfe"\nm.compile()\n', frozenset({"KER001"})),
    "another encoding": Hostile("import keras\nm.compile()\n".encode("utf-16")),
    "a codec that runs": Hostile(b"# coding: zlib_codec\nimport keras\nm.compile()\n", frozenset({"KER001"})),
    "form feeds": _source("\f\nx = 1\n\f\nm.compile()\n"),
    "terminal escapes": _named("b\x1b[31m", "a"),
    "other directions": _named("b\u202e", "a\u200b"),
    "markup": _named("b<script>alert(1)</script>", "a&lt;[bold]"),
    "line breaks": _named("b\r\n\u2028::error::", "a"),
    "quotes": _named("b'\"`{}%s", "a"),
}

# ``HEAD`` stands in each, or the walk would pass over it.
_KERAS = b'"k": "import keras m.compile("'
NOTEBOOKS: dict[str, Hostile] = {
    "not JSON": Hostile(b'{"cells": [{"cell_type": "code", ' + _KERAS, frozenset({"KER001"})),
    "deep": Hostile(_KERAS + b"[" * 100_000, frozenset({"KER001"})),
    "deep JSON": Hostile(b"{" + _KERAS + b', "cells": ' + b"[" * 100_000, frozenset({"KER001"})),
    "cells are a number": Hostile(b'{"cells": 3, "nbformat": 4, ' + _KERAS + b"}", frozenset({"KER001"})),
    "a number of digits": Hostile(
        b'{"cells": ' + b"9" * 10_000 + b", " + _KERAS + b"}", frozenset({"KER001"})
    ),
    "a cell is a number": Hostile(b'{"cells": [3], "nbformat": 4, ' + _KERAS + b"}"),
    "a source of numbers": Hostile(
        b'{"cells": [{"cell_type": "code", "source": [1, 2]}], "nbformat": 4, ' + _KERAS + b"}"
    ),
    "an infinite number": Hostile(b'{"cells": [], "nbformat": 1e999, ' + _KERAS + b"}"),
}
