"""``python -m keraslint.pairing``: cases enter, one JSON line for each leaves; ``--agreement`` prints the
table of versions x cases x decided x agreeing.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keraslint.pairing import Backend, Request, Verdict, pair
from keraslint.pairing.agreement import table
from keraslint.pairing.cases import Case, read
from keraslint.pairing.versions import NEWEST, parse

if TYPE_CHECKING:
    from collections.abc import Iterator


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m keraslint.pairing", description=__doc__)
    parser.add_argument("cases", nargs="?", type=Path, help="a file of cases, one JSON object a line")
    parser.add_argument("--keras", default=str(NEWEST), help="the version to judge by (default %(default)s)")
    parser.add_argument("--backend", default="tensorflow", choices=("tensorflow", "jax", "torch"))
    parser.add_argument("--agreement", type=Path, metavar="RECORD", help="compare with recorded folders")
    parser.add_argument("--recordings", action="store_true", help="one line each, not one a release")
    parser.add_argument("--disagreements", action="store_true", help="list all that does not agree")
    return parser.parse_args()


def _lines(path: Path, keras: str, backend: Backend) -> Iterator[str]:
    version = parse(keras)

    def judge(request: Request) -> Verdict:
        return pair(request, version, backend)

    for line in path.read_text(encoding="utf-8").splitlines():
        case = Case(json.loads(line)["id"], json.loads(line), version.major)
        if not case.is_pairing:
            yield json.dumps({"id": case.id, "verdict": "undecided", "error": "nothing is trained"})
            continue
        reading = read(case, judge)
        error = (
            {"stage": reading.stage, "message": reading.message} if reading.verdict == "rejected" else None
        )
        yield json.dumps(
            {
                "id": case.id,
                "verdict": reading.verdict,
                "pairs": reading.pairs,
                "logs": reading.logs,
                "error": error or reading.message or None,
            }
        )


def main() -> int:
    """Run the command."""
    arguments = _arguments()
    if arguments.agreement:
        options = {"each": arguments.recordings, "details": arguments.disagreements}
        text, agrees = table(arguments.agreement, **options)
        sys.stdout.write(text)
        return int(not agrees)
    if not arguments.cases:
        sys.stderr.write("give a file of cases, or --agreement RECORD\n")
        return 2
    for line in _lines(arguments.cases, arguments.keras, arguments.backend):
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
