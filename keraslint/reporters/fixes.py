"""What became of each fix enters, text leaves: what it does, the pairing before and after it, or why not."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from keraslint.reporters import json_array
from keraslint.reporters.show import LEGEND, is_astray, pairing
from keraslint.reporters.terminal import escape
from keraslint.reporters.wording import number, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keraslint.findings import Attempt, Finding, Shown
    from keraslint.reporters.terminal import Paint

FLAG = "--unsafe-fixes"


def render_text(
    form: str, attempts: Sequence[Attempt], remaining: Sequence[Finding], paint: Paint, *, written: bool
) -> str:
    """Each attempt, in full with the pairing before and after, and how many there were of which kind."""
    lines = [line for one in attempts for line in _attempt(one, paint, written=written, full=form == "full")]
    if form == "full" and any(
        is_astray(row) for at in attempts for one in (*at.before, *at.after) for row in one.rows
    ):
        lines += [LEGEND, ""]
    return "\n".join([*lines, _closing(attempts, remaining, written=written), ""])


def render_undecided(count: int) -> str:
    """What is said of places that were seen and not judged, whose style nobody knows; nothing of none."""
    return (
        f"{number(count, 'place')} not judged; `keraslint check --undecided` lists them.\n" if count else ""
    )


def render_json(
    attempts: Sequence[Attempt], remaining: Sequence[Finding], diffs: Mapping[str, str], *, written: bool
) -> str:
    """The same for machines, with the diff of each file."""
    content = {
        "written": written,
        "files": [{"filename": path, "diff": diff} for path, diff in diffs.items()],
        "fixes": [_row(one) for one in attempts],
        "remaining": [json_array.row(one) for one in remaining],
    }
    return json.dumps(content, indent=2) + "\n"


def _attempt(attempt: Attempt, paint: Paint, *, written: bool, full: bool) -> Iterator[str]:
    finding, fix = attempt.finding, attempt.fix
    kind = fix.safety.value if fix else ""
    done = {
        "applied": f"made {kind} fix" if written else f"{kind} fix",
        "offered": f"{kind} fix, with {FLAG}",
        "refused": f"refused {kind} fix" if fix else "not fixed",
    }
    title = escape(fix.title if fix else finding.message)
    code = paint(finding.severity.value, finding.code)
    yield f"{paint('bold', place(finding.location))}: {code} {done[attempt.state]}: {title}"
    if attempt.reason:
        where = next(
            (f" ({place(one.location)})" for one in finding.related if one.text == attempt.reason), ""
        )
        yield f"  {paint('error', 'reason')}: {escape(' '.join(attempt.reason.split()))}{where}"
    if full and attempt.fix:
        if attempt.state != "offered":
            yield from _sites("before", attempt.before, paint)
        yield from _sites("after", attempt.after, paint)
        yield ""


def _sites(when: str, shown: Sequence[Shown], paint: Paint) -> Iterator[str]:
    for one in shown:
        given = f", where {escape(' and '.join(one.given))}" if one.given else ""
        yield f"  {when}, {one.call} at {paint('place', place(one.location))}{given}"
        yield from (f"  {line}" for line in pairing(one, paint))


def _closing(attempts: Sequence[Attempt], remaining: Sequence[Finding], *, written: bool) -> str:
    count = Counter(one.state for one in attempts)
    made = f"{number(count['applied'], 'fix')} {'made' if written else 'to make (--write makes them)'}"
    more = [f"{count['offered']} more with {FLAG}"] if count["offered"] else []
    more += [f"{count['refused']} refused"] if count["refused"] else []
    left = (
        f"{number(len(remaining), 'finding')} left"
        if written
        else f"{number(len(remaining), 'finding')} would be left"
    )
    return f"{', '.join([made, *more])}; {left}."


def _row(attempt: Attempt) -> dict[str, Any]:
    return {
        "status": attempt.state,
        "reason": attempt.reason or None,
        "finding": json_array.row(attempt.finding),
        "fix": json_array.fix(attempt.fix) if attempt.fix else None,
        "before": [_site(one) for one in attempt.before],
        "after": [_site(one) for one in attempt.after],
    }


def _site(shown: Shown) -> dict[str, Any]:
    names = ("target", "loss", "weight", "metrics", "sample_weight")
    rows = [
        {"output": row.output, "layer": row.layer, **{name: getattr(row, name).text for name in names}}
        for row in shown.rows
    ]
    return {
        "call": shown.call,
        "place": place(shown.location),
        "outcome": shown.outcome or None,
        "rows": rows,
    }
