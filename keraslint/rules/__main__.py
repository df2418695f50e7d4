"""``python -m keraslint.rules new NAME`` makes a rule's module, page and fixture folder, and nothing else.

``python -m keraslint.rules index`` renews the table of rules in the README.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from textwrap import dedent

from keraslint import __version__
from keraslint.rules import registered
from keraslint.rules.moved import MOVED

CHECKOUT = Path(__file__).resolve().parent.parent.parent
BEGIN = "<!-- rules: python -m keraslint.rules index -->\n"
END = "<!-- end of rules -->"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CODE = re.compile(r"KER\d{3}")

MODULE = '''\
    """One sentence: what is written, and what Keras makes of it."""

    from __future__ import annotations

    from typing import TYPE_CHECKING

    from keraslint.pairing import Paired, Verdict
    from keraslint.rules.base import Rule
    from keraslint.sites.model import CompileCall, Given, TrainingSite

    if TYPE_CHECKING:
        from collections.abc import Iterator

        from keraslint.findings import Finding

    rule = Rule(__name__, code="{code}", since="{since}")


    def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
        """Compare what Keras pairs with what was written."""
        match site, verdict:
            case TrainingSite(compiled=CompileCall(loss=Given() as loss)), Paired(terms=terms) if not terms:
                yield rule.finding(loss.location, "Keras computes none of these losses")
    '''

PAGE = """\
    # {code} {name}

    ## What it finds

    ## What Keras does

    ## Example

    A comment names the fixture that the block below it repeats, byte for byte.

    <!-- fixtures/{name}/first/bad.py -->
    ```python
    {bad}```

    ## Fix

    ## Limits

    ## Since

    {since}
    """

BAD = """\
    import keras
    import numpy as np

    inputs = keras.Input((2,))
    first = keras.layers.Dense(1, name="first")(inputs)
    second = keras.layers.Dense(1, name="second")(inputs)
    model = keras.Model(inputs, [first, second])
    model.compile(loss=["mse", "mae"])  # finds: {code}
    model.fit(np.ones((4, 2)), [np.ones((4, 1)), np.zeros((4, 1))], verbose=0)
    """


class MisuseError(ValueError):
    """A rule that cannot be made; the message is one line."""


def new(name: str, code: str | None, root: Path = CHECKOUT) -> tuple[Path, Path, Path]:
    """Write the three things of a new rule and return their paths."""
    code = code or _next_code()
    _verify(name, code, root)
    module = root / "keraslint" / "rules" / f"{name.replace('-', '_')}.py"
    page = root / "rules" / f"{name}.md"
    folder = root / "fixtures" / name
    for path in (module, page, folder):
        if path.exists():
            message = f"{path} is there already"
            raise MisuseError(message)
    bad = dedent(BAD).format(code=code)
    module.write_text(dedent(MODULE).format(code=code, since=__version__), encoding="utf-8")
    page.write_text(dedent(PAGE).format(code=code, name=name, since=__version__, bad=bad), encoding="utf-8")
    case = folder / "first"
    case.mkdir(parents=True)
    (case / "bad.py").write_text(bad, encoding="utf-8")
    return module, page, folder


def _verify(name: str, code: str, root: Path) -> None:
    message = ""
    if not (root / "pyproject.toml").is_file():
        message = f"{root} is not a checkout of keraslint"
    elif not NAME.fullmatch(name):
        message = f"{name!r} is not a kebab-case name, as in list-loss-for-dict-outputs"
    elif not CODE.fullmatch(code):
        message = f"{code!r} is not KER and three digits"
    elif any(code == found.rule.code for found in registered()):
        message = f"{code} is taken"
    if message:
        raise MisuseError(message)


def _next_code() -> str:
    return f"KER{max(int(found.rule.code[3:]) for found in registered()) + 1:03}"


def index() -> str:
    """The tables of rules, and of codes that have none, as the README shows them."""
    rows = (
        f"| [{found.rule.code}](rules/{found.rule.name}.md) | {found.rule.name} | {found.summary} |\n"
        for found in registered()
    )
    moved = (
        f"| {code} | {one.pattern} | {', '.join(one.codes) or 'none'} | {one.why[0].upper()}{one.why[1:]} |\n"
        for code, one in MOVED.items()
    )
    return (
        "| code | name | what is found |\n|---|---|---|\n" + "".join(rows) + "\n### Codes without a rule\n\n"
        "| code | pattern | found by | why |\n|---|---|---|---|\n" + "".join(moved)
    )


def renew_index(root: Path = CHECKOUT) -> Path:
    """Write the table into the README, between its marks."""
    readme = root / "README.md"
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        message = f"{readme} has no place for the table"
        raise MisuseError(message)
    readme.write_text(f"{before}{begin}{index()}{end}{after}", encoding="utf-8")
    return readme


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m keraslint.rules", description="Start a new rule.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("new", help="write the module, page and fixture folder of a rule")
    verb.add_argument("name", help="kebab-case; reads well after 'ignore', names the pattern, not the remedy")
    verb.add_argument("--code", help="KER and three digits (default: the next free one)")
    verbs.add_parser("index", help="renew the table of rules in the README")
    for one in verbs.choices.values():
        one.add_argument("--root", type=Path, default=CHECKOUT, help="the checkout (default: this one)")
    given = parser.parse_args(arguments)
    try:
        paths = new(given.name, given.code, given.root) if given.verb == "new" else (renew_index(given.root),)
    except MisuseError as error:
        parser.error(str(error))
    for path in paths:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
