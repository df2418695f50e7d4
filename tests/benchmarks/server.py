"""How soon ``keraslint server`` answers: ``python -m tests.benchmarks.server`` prints it for 1,000 lines.

A real client over stdio; every request follows a change of the document. The medians, and the means of the
server's processor time, which a busy machine leaves alone.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from tests.server.client import Client
from tests.server.conftest import PULLING

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 15
LINES = 1000
SITE = """\


def train_{number}(x, y):
    inputs = keras.Input((8,))
    hidden = keras.layers.Dense(32, activation="relu")(inputs)
    rooms = keras.layers.Dense(1, name="rooms")(hidden)
    price = keras.layers.Dense(1, name="price")(hidden)
    model = keras.Model(inputs, {{"rooms": rooms, "price": price}})
    model.compile("sgd", loss={loss})
    return model.fit(x, {{"rooms": y, "price": y}}, epochs=3)
"""
OTHER = """\


def prepare_{number}(values, low=0.0, high=1.0):
    kept = []
    for index, value in enumerate(values):
        if low <= value <= high:
            kept.append((index, (value - low) / (high - low)))
        elif value > high:
            kept.append((index, 1.0))
    return sorted(kept, key=lambda one: one[1])
"""
EVERYTHING = types.Range(types.Position(0, 0), types.Position(LINES, 0))


def program(sites: int) -> str:
    """A program of 1,000 lines that trains in so many places, the first of them swapped."""
    text = "import keras\n"
    for number in range((LINES - 1) // 10):
        loss = '["mse", "mae"]' if number == 0 else '{"rooms": "mse", "price": "mae"}'
        text += (SITE if number < sites else OTHER).format(number=number, loss=loss)
    return text


def processor(client: Client) -> float:
    """The milliseconds of processor time that the server has taken so far, as Linux counts them."""
    process = client.lsp._server
    assert process is not None
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def milliseconds(client: Client, uri: str, ask: Callable[[], object]) -> list[float]:
    """How long each answer takes after a change of the last line."""
    taken = []
    for number in range(RUNS):
        end = types.Position(LINES * 2, 0)
        client.change(uri, types.TextDocumentContentChangePartial(types.Range(end, end), f"# {number}\n"))
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def main() -> None:
    """Print a line for each kind of request and of document."""
    client = Client(Path(tempfile.mkdtemp()), PULLING)
    for sites in (1, 5, 25):
        text = program(sites)
        uri = client.open(f"sites_{sites}.py", text)
        line = next(at for at, one in enumerate(text.splitlines()) if ".compile" in one)
        assert client.pull(uri).items
        requests: dict[str, Callable[[], object]] = {
            "diagnostics": lambda uri=uri: client.pull(uri),  # type: ignore[misc]
            "quick fixes": lambda uri=uri: client.actions(uri, EVERYTHING, "quickfix"),  # type: ignore[misc]
            "hover": lambda uri=uri, line=line: client.hover(uri, line, 12),  # type: ignore[misc]
            "fix all": lambda uri=uri: client.actions(uri, EVERYTHING, "source.fixAll"),  # type: ignore[misc]
        }
        for name, ask in requests.items():
            before = processor(client)
            taken = milliseconds(client, uri, ask)
            used = (processor(client) - before) / RUNS
            middle, most = statistics.median(taken), max(taken)
            sys.stdout.write(f"{sites:>3} sites  {name:<12}{middle:>7.0f} ms, at most {most:>5.0f} ms, ")
            sys.stdout.write(f"of processor time {used:>5.0f} ms\n")
            sys.stdout.flush()
        client.close(uri)
    client.end()


if __name__ == "__main__":
    main()
