"""Diagnostics over stdio, of what stands in the editor and not on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tests.cli.conftest import CLEAN, SWAPPED

if TYPE_CHECKING:
    from tests.server.client import Client

LISTED = '["mse", "mae"]'
AT = SWAPPED.splitlines().index(next(line for line in SWAPPED.splitlines() if "compile" in line))


def codes(found: list[types.Diagnostic]) -> list[str]:
    """The codes of diagnostics."""
    return [str(one.code) for one in found]


def test_an_unsaved_document_is_judged(pulling: Client) -> None:
    uri = pulling.open("unsaved.py", SWAPPED)
    (found,) = pulling.pull(uri).items
    assert (found.code, found.source, found.severity) == (
        "KER202",
        "keraslint",
        types.DiagnosticSeverity.Error,
    )
    begin = SWAPPED.splitlines()[AT].index(LISTED)
    assert found.range == types.Range(types.Position(AT, begin), types.Position(AT, begin + len(LISTED)))
    assert found.code_description.href.endswith("/list-loss-for-dict-outputs.md")
    assert {one.location.uri for one in found.related_information} == {uri}
    assert not (pulling.root / "unsaved.py").exists()


def test_what_is_open_goes_before_what_is_saved(pulling: Client) -> None:
    (pulling.root / "saved.py").write_text(CLEAN)
    uri = pulling.open("saved.py", SWAPPED)
    assert pulling.codes(uri) == ["KER202"]
    pulling.change(uri, types.TextDocumentContentChangeWholeDocument(CLEAN))
    assert pulling.codes(uri) == []


def test_a_change_of_another_open_document_counts(pulling: Client) -> None:
    heads, train = SWAPPED.split("model.compile")
    model = pulling.open("a_model.py", heads)
    uri = pulling.open("a_training.py", f"from a_model import model\nmodel.compile{train}")
    (pulling.root / "a_model.py").write_text(heads)
    assert pulling.codes(uri) == ["KER202"]
    pulling.change(
        model, types.TextDocumentContentChangeWholeDocument(heads.replace('"z": z, "a": a', '"a": z'))
    )
    assert pulling.codes(uri) != ["KER202"]


def test_diagnostics_that_stay_are_not_sent_again(pulling: Client) -> None:
    uri = pulling.open("again.py", SWAPPED)
    first = pulling.pull(uri)
    assert pulling.pull(uri, first.result_id).kind == "unchanged"
    pulling.change(uri, types.TextDocumentContentChangeWholeDocument(CLEAN))
    assert pulling.pull(uri, first.result_id).kind == "full"


def test_diagnostics_are_pushed_to_a_client_that_does_not_pull(pushed: Client) -> None:
    uri = pushed.open("pushed.py", CLEAN)
    assert pushed.pushed(uri, 1) == []
    at = types.Position(AT, SWAPPED.splitlines()[AT].index("["))
    line = CLEAN.splitlines()[AT]
    end = types.Position(AT, len(line) - 1)
    change = types.TextDocumentContentChangePartial(types.Range(at, end), LISTED)
    assert codes(pushed.pushed(uri, pushed.change(uri, change))) == ["KER202"]
    pushed.close(uri)
    assert pushed.pushed(uri, None) == []


def test_nothing_is_pushed_to_a_client_that_pulls(pulling: Client) -> None:
    uri = pulling.open("quiet.py", SWAPPED)
    assert pulling.codes(uri) == ["KER202"]
    assert not pulling.published


def test_columns_are_counted_as_was_agreed(pulling: Client, pushed: Client) -> None:
    """A character outside of the basic plane is one of Python's, two units of UTF-16, four of UTF-8."""
    text = SWAPPED.replace('"sgd"', '"\U0001f642sgd"')
    begin = text.splitlines()[AT].index(LISTED)
    assert pulling.initialized.capabilities.position_encoding == "utf-16"
    assert pushed.initialized.capabilities.position_encoding == "utf-8"
    (found,) = pulling.pull(pulling.open("wide.py", text)).items
    assert found.range.start == types.Position(AT, begin + 1)
    (found,) = pushed.pushed(pushed.open("wide.py", text), 1)
    assert found.range.start == types.Position(AT, begin + 3)


def test_a_form_feed_ends_no_line(pulling: Client) -> None:
    text = SWAPPED.replace("import keras\n", "import keras  # \f here\r\n")
    uri = pulling.open("feed.py", text)
    line = SWAPPED.splitlines()[AT]
    span = types.Range(types.Position(AT, line.index("[")), types.Position(AT, len(line) - 1))
    assert pulling.pull(uri).items[0].range == span
    replaced = CLEAN.splitlines()[AT][line.index("[") : -1]
    pulling.change(uri, types.TextDocumentContentChangePartial(span, replaced))
    assert pulling.codes(uri) == []


def test_a_document_that_was_never_saved_is_judged(pulling: Client) -> None:
    uri = pulling.open("", SWAPPED, uri="untitled:Untitled-1")
    assert pulling.codes(uri) == ["KER202"]


def test_configuration_is_found_as_the_command_finds_it(pulling: Client) -> None:
    folder = pulling.root / "configured"
    folder.mkdir()
    uri = pulling.open("configured/train.py", SWAPPED)
    assert pulling.codes(uri) == ["KER202"]
    (folder / "keraslint.toml").write_text('ignore = ["KER202"]\n')
    assert pulling.codes(uri) == []
    (folder / "keraslint.toml").write_text('ignroe = ["KER202"]\n')
    assert pulling.codes(uri) == []
    assert "the nearest is 'ignore'" in pulling.logged("keraslint.toml: no key is called 'ignroe'")
    (folder / "keraslint.toml").write_text('exclude = ["train.py"]\n')
    assert pulling.codes(uri) == []


def test_what_changes_on_the_disk_is_heard_of(pulling: Client, pushed: Client) -> None:
    assert pushed.was_asked(types.CLIENT_REGISTER_CAPABILITY)
    for client in (pulling, pushed):
        folder = client.root / "watched"
        folder.mkdir()
        uri = client.open("watched/train.py", SWAPPED)
        if client is pushed:
            assert codes(client.pushed(uri, 1)) == ["KER202"]
        (folder / "keraslint.toml").write_text('ignore = ["KER202"]\n')
        client.published.pop(uri, None)
        event = types.FileEvent((folder / "keraslint.toml").as_uri(), types.FileChangeType.Created)
        client.tell(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, types.DidChangeWatchedFilesParams([event]))
    assert pulling.was_asked(types.WORKSPACE_DIAGNOSTIC_REFRESH)
    assert pushed.pushed(uri, 1) == []


BUILDER = """\
import keras


def build():
    inputs = keras.Input((4,))
    heads = {"b": keras.layers.Dense(1, name="b")(inputs), "a": keras.layers.Dense(1, name="a")(inputs)}
    return keras.Model(inputs, heads)
"""
CALLER = """\
from builder import build

model = build()
model.compile("sgd", ["mse", "mae"])
"""


def test_a_module_that_is_newly_there_is_read(pulling: Client) -> None:
    """One that is deleted is not; nothing of what is open has changed."""
    folder = pulling.root / "modules"
    folder.mkdir()
    uri = pulling.open("modules/train.py", CALLER)
    assert pulling.codes(uri) == []
    builder = folder / "builder.py"
    for change, found in ((types.FileChangeType.Created, ["KER202"]), (types.FileChangeType.Deleted, [])):
        if found:
            builder.write_text(BUILDER)
        else:
            builder.unlink()
        event = types.FileEvent(builder.as_uri(), change)
        pulling.tell(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, types.DidChangeWatchedFilesParams([event]))
        assert pulling.codes(uri) == found
