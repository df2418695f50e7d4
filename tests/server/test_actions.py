"""Quick fixes and what fixes all, as an editor would make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from keraslint.cli import main
from tests.cli.conftest import SWAPPED
from tests.server.edits import applied

if TYPE_CHECKING:
    import pytest

    from tests.server.client import Client

EVERYTHING = types.Range(types.Position(0, 0), types.Position(1000, 0))


def test_each_fix_is_a_quick_fix_and_unsafe_ones_are_not_preferred(pulling: Client) -> None:
    uri = pulling.open("quick.py", SWAPPED)
    made = pulling.actions(uri, EVERYTHING, types.CodeActionKind.QuickFix)
    assert [(one.is_preferred, one.title.endswith(" (unsafe)")) for one in made] == [
        (True, False),
        (False, True),
    ]
    assert {one.kind for one in made} == {types.CodeActionKind.QuickFix}
    assert all(one.diagnostics and one.diagnostics[0].code == "KER202" for one in made)
    safe, unsafe = (applied(SWAPPED, one.edit, uri) for one in made)
    assert '{"a": "mse", "z": "mae"}' in safe or '{"z": "mae", "a": "mse"}' in safe
    assert '{"z": "mse", "a": "mae"}' in unsafe


def test_a_quick_fix_is_offered_only_where_its_finding_is(pulling: Client) -> None:
    uri = pulling.open("where.py", SWAPPED)
    top = types.Range(types.Position(0, 0), types.Position(0, 6))
    assert pulling.actions(uri, top, types.CodeActionKind.QuickFix) == []
    assert pulling.actions(uri, EVERYTHING, types.CodeActionKind.Refactor) == []


def test_fix_all_makes_what_the_command_makes(pulling: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SWAPPED.replace("import keras\n", "import keras  # \U0001f642\n").replace("\n", "\r\n")
    twice = text + text.partition("\r\n")[2].replace("model", "other").rstrip("\r\n")
    uri = pulling.open("all.py", twice)
    (made,) = pulling.actions(uri, EVERYTHING, "source.fixAll")
    assert made.kind == "source.fixAll.keraslint"
    on_disk = pulling.root / "commanded.py"
    on_disk.write_bytes(twice.encode())
    monkeypatch.chdir(pulling.root)
    main(["fix", "--write", "commanded.py"])
    fixed = applied(twice, made.edit, uri)
    assert fixed.encode() == on_disk.read_bytes()
    assert fixed != twice


def test_nothing_is_offered_where_nothing_is_found(pulling: Client) -> None:
    uri = pulling.open("nothing.py", "import keras\n")
    assert pulling.actions(uri, EVERYTHING) == []


def test_edits_are_for_versions_and_come_late_where_the_client_knows_that(pushed: Client) -> None:
    uri = pushed.open("versions.py", SWAPPED)
    made = pushed.actions(uri, EVERYTHING)
    assert [one.edit is None for one in made] == [False, False, True]
    made[2] = pushed.ask(types.CODE_ACTION_RESOLVE, made[2])
    for action in made:
        assert action.edit is not None
        (one,) = action.edit.document_changes or ()
        assert isinstance(one, types.TextDocumentEdit)
        assert (one.text_document.uri, one.text_document.version) == (uri, 1)


def test_what_fixes_all_is_made_only_for_who_asks(pulling: Client) -> None:
    """It takes longer than an editor has for its light bulb."""
    uri = pulling.open("asked.py", SWAPPED)
    assert {one.kind for one in pulling.actions(uri, EVERYTHING)} == {types.CodeActionKind.QuickFix}
    assert [one.kind for one in pulling.actions(uri, EVERYTHING, "source")] == ["source.fixAll.keraslint"]
