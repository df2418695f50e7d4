"""A report enters, text as of ``model.summary()`` leaves: a table of heads, then findings and the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.runtime.report import Proof, Report, Row

HEADER = ("path", "output", "target", "loss", "weight", "metrics", "sample weight", "paired by")
ALWAYS = frozenset({"path", "output", "target", "loss", "paired by"})
NOTHING = "-"
ASTRAY = " <-"
LEGEND = "<- another entry was written for this head."
MAX_WIDTH = 44


def render(report: Report) -> str:
    """The whole text, without a last newline."""
    backend = f" on {report.backend}" if report.backend else ""
    title = f"{report.place}: {report.call} of {report.model!r} with Keras {report.keras}{backend}"
    lines = [title, *_table([_texts(row) for row in report.rows])]
    lines += [f"  {LEGEND}"] if any(row.astray for row in report.rows) else []
    lines += [f"  {_one_line(report.outcome)}"] if report.outcome else []
    lines += [f"  not judged: {_one_line(reason)}" for reason in report.undecided]
    lines += [
        f"  {one.severity.value} {one.code} {one.name}: {_one_line(one.message)}" for one in report.findings
    ]
    if not (report.findings or report.undecided or report.outcome or any(row.astray for row in report.rows)):
        lines.append("  nothing found")
    return "\n".join([*lines, *(_proof(report.proof) if report.proof else ())])


def _texts(row: Row) -> tuple[str, ...]:
    output = _joined(_shape(row.shape), row.dtype, row.activation)
    numbers = "" if row.range is None else f"{row.range[0]:.4g} to {row.range[1]:.4g}"
    about = _joined(_shape(row.target_shape), row.target_dtype, numbers)
    target = f"{row.target}: {about}" if row.target and about else row.target
    texts = {
        "target": target,
        "loss": row.loss,
        "weight": row.weight,
        "metrics": row.metrics,
        "sample_weight": row.sample_weight,
    }
    marked = [_cut(text) + (ASTRAY if name in row.astray else "") for name, text in texts.items()]
    named = row.layer if row.path == "output" else f"{row.path} {row.layer}" if "[" in row.path else row.path
    return (named or row.path, output or NOTHING, *marked, row.paired_by or NOTHING)


def _joined(*texts: str) -> str:
    return ", ".join(text for text in texts if text)


def _shape(shape: tuple[int | None, ...] | None) -> str:
    return "" if shape is None else str(shape)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str) -> str:
    text = _one_line(text) or NOTHING
    return text if len(text) <= MAX_WIDTH else text[: MAX_WIDTH - 3] + "..."


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The columns that hold something, under their names."""
    if not rows:
        return
    columns = [
        (name, *column)
        for name, column in zip(HEADER, zip(*rows, strict=True), strict=True)
        if name in ALWAYS or any(text != NOTHING for text in column)
    ]
    widths = [max(map(len, column)) for column in columns]
    lines = list(zip(*columns, strict=True))
    yield _line(lines[0], widths)
    yield "  " + "-+-".join("-" * width for width in widths)
    for line in lines[1:]:
        yield _line(line, widths)


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = (text.ljust(width) for text, width in zip(texts, widths, strict=True))
    return "  " + " | ".join(padded).rstrip()


def _proof(proof: Proof) -> Iterator[str]:
    yield "  one test_on_batch, each loss computed by itself:"
    rows = [(one.log, _number(one.written), _number(one.logged)) for one in proof.values]
    texts = [("log", "as written", "by Keras"), *rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    yield from ("  " + _line(row, widths) for row in texts)
    if proof.as_written:
        yield "  Keras's numbers are those of the pairing that was written."
    elif proof.pairs:
        yield "  Keras's numbers are those of:"
        yield from (f"    {text}" for text in proof.pairs)
    else:
        yield "  No exchange of targets, losses and weights gives Keras's numbers."


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.6g}"
