"""Selectors and versions: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

import pytest

from keraslint.engine import BadSelectorError, selected
from keraslint.engine.targets import BadVersionError, targets

EVERY = {"KER001", "KER002", "KER901", "KER902", "KER903", "KER904", "KER905"}


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        (["ALL"], [], EVERY),
        (["KER"], ["KER9"], {"KER001", "KER002"}),
        (["KER9"], ["KER902", "broken-rule"], {"KER901", "KER904", "KER905"}),
        (["KER902"], ["KER9"], {"KER902"}),
        (["loud-rule"], ["ALL"], {"KER901"}),
        (["KER901"], ["loud-rule"], set()),
        ([], [], set()),
    ],
)
def test_the_closer_selector_wins(select: list[str], ignore: list[str], codes: set[str]) -> None:
    assert {found.rule.code for found in selected(select, ignore)} == codes


@pytest.mark.parametrize(
    ("selector", "nearest"),
    [
        ("KER907", "'KER905'"),
        ("lowd-rule", "'loud-rule'"),
        ("ker901", "'KER901'"),
        ("all", "'ALL'"),
        ("loud", "'loud-rule'"),
        ("pylint", "lists them"),
        ("", "lists them"),
    ],
)
def test_a_bad_selector_names_the_nearest(selector: str, nearest: str) -> None:
    for select, ignore in (([selector], []), (["ALL"], [selector])):
        with pytest.raises(BadSelectorError, match=nearest):
            selected(select, ignore)


@pytest.mark.parametrize(
    ("texts", "versions"),
    [
        (["3.15"], ["3.15"]),
        (["3.15,3.5"], ["3.5", "3.15"]),
        (["3.15", "3.5.0"], ["3.5.0", "3.15"]),
        ([">=3.13"], ["3.13", "3.14.0", "3.14", "3.15"]),
        ([">=3.4,<3.7"], ["3.4", "3.5", "3.6"]),
        ([">=3.13,!=3.14.0"], ["3.13", "3.14", "3.15"]),
        (["~=3.14.0"], ["3.14.0", "3.14"]),
        (["<=3.1, 3.15"], ["2.15", "3.0", "3.15"]),
        (["4.2"], ["4.2"]),
    ],
)
def test_versions(texts: list[str], versions: list[str]) -> None:
    assert [str(version) for version in targets(texts)] == versions


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("three", "is not a version"),
        (">=", "is not a range"),
        (">=9", "newest known"),
        ("", "no version"),
        (",", "no version"),
    ],
)
def test_a_bad_version_is_one_line(text: str, complaint: str) -> None:
    with pytest.raises(BadVersionError, match=complaint) as error:
        targets([text])
    assert "\n" not in str(error.value)
