"""How soon ``keraslint server`` answers: ``python -m tests.benchmarks.server`` prints it for 1,000 lines.

A real client over stdio; every request follows a change of the document, and the first of a kind does not
count. The median and the 95th percentile of the time on the clock and of the server's processor time, which
a busy machine disturbs less.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from tests.server.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

RESOLVING = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        code_action=types.CodeActionClientCapabilities(
            resolve_support=types.ClientCodeActionResolveOptions(["edit"])
        ),
        diagnostic=types.DiagnosticClientCapabilities(),
    )
)
"""As editors do: they ask for diagnostics, and for the edits of an action once it is chosen."""

RUNS = 40
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
    each = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(one.read_text(encoding="utf-8").split()[0]) for one in each) / 1e6


def milliseconds(
    client: Client, uri: str, before: Callable[[], T], ask: Callable[[T], object]
) -> list[tuple[float, float]]:
    """How long each answer takes after a change of the last line, and what an editor asks before: on the
    clock, of processor time.
    """
    taken = []
    for number in range(RUNS + 1):
        end = types.Position(LINES * 2, 0)
        client.change(uri, types.TextDocumentContentChangePartial(types.Range(end, end), f"# {number}\n"))
        known = before()
        start, used = time.perf_counter(), processor(client)
        ask(known)
        taken.append(((time.perf_counter() - start) * 1000, processor(client) - used))
    return taken[1:]


def spread(values: list[float]) -> str:
    """The median and the 95th percentile."""
    return f"{statistics.median(values):>4.0f} ms, 95 % {statistics.quantiles(values, n=20)[-1]:>4.0f} ms"


def offered(client: Client, uri: str) -> types.CodeAction:
    """What fixes all, its edits still to be asked for."""
    (action,) = client.actions(uri, EVERYTHING, "source.fixAll")
    assert action.edit is None
    return action


def main() -> None:
    """Print a line for each kind of request and of document."""
    client = Client(Path(tempfile.mkdtemp()), RESOLVING)
    for sites in (1, 5, 25):
        text = program(sites)
        uri = client.open(f"sites_{sites}.py", text)
        line = next(at for at, one in enumerate(text.splitlines()) if ".compile" in one)
        assert client.pull(uri).items
        offer = partial(offered, client, uri)
        requests: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
            "diagnostics": (nothing, lambda _, uri=uri: client.pull(uri)),  # type: ignore[misc]
            "quick fixes": (nothing, lambda _, uri=uri: client.actions(uri, EVERYTHING, "quickfix")),  # type: ignore[misc]
            "hover": (nothing, lambda _, uri=uri, line=line: client.hover(uri, line, 12)),  # type: ignore[misc]
            "fix all": (nothing, lambda _, offer=offer: offer()),  # type: ignore[misc]
            "its edits": (offer, lambda action: client.ask(types.CODE_ACTION_RESOLVE, action)),
        }
        for name, (before, ask) in requests.items():
            clock, used = map(list, zip(*milliseconds(client, uri, before, ask), strict=True))
            sys.stdout.write(
                f"{sites:>3} sites  {name:<12} clock {spread(clock)};  processor {spread(used)}\n"
            )
            sys.stdout.flush()
        client.close(uri)
    client.end()


def nothing() -> None:
    """Ask for nothing before."""


if __name__ == "__main__":
    main()
