"""A set of files is replaced as a whole, whatever happens: kills at every step, refusals, full disks."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keraslint.fixing import Changed, RefusedError, UnfinishedError, journal, recover, write
from keraslint.fixing.contents import digest

if TYPE_CHECKING:
    from collections.abc import Callable

TEMPORARY = ".keraslint-0123456789abcdef"
OLD, NEW = b"old = 1\n" * 40, b"new = 22\n" * 40


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory; bytes are written in small pieces, so that files can be left half written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "CHUNK", 200)
    return tmp_path


def make(count: int = 10, below: str = ".") -> list[Changed]:
    """Files in several folders, and what they shall be."""
    made = []
    for number in range(count):
        path = Path(below) / f"folder{number % 3}" / f"file{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(OLD + b"# %d" % number)
        made.append(changed(path, NEW + b"# %d" % number))
    return made


def changed(path: Path | str, new: bytes = NEW) -> Changed:
    """A file that exists and what it shall be."""
    real = os.path.realpath(path)
    return Changed(os.path.relpath(path), real, Path(real).read_bytes(), new)


def versions(files: list[Changed]) -> list[str]:
    """Which of its two contents each file has; there is no third."""
    names = {False: {one.real: one.old for one in files}, True: {one.real: one.new for one in files}}
    found = []
    for one in files:
        data = Path(one.real).read_bytes()
        found.append({names[False][one.real]: "old", names[True][one.real]: "new"}[data])
    return found


def strays(folder: Path) -> list[str]:
    """What lies about beside the files themselves."""
    return sorted(path.name for path in folder.rglob(".keraslint*"))


@dataclass
class Killed:
    """A step that ends the process when it is reached for the nth time."""

    at: int

    def __call__(self, _: str) -> None:
        """Count down, then kill."""
        self.at -= 1
        if self.at < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def in_a_child(work: Callable[[], object]) -> int:
    """Do the work in a process of its own; the signal that killed it, 0 where it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 (a child of a test must not go on as a second pytest)
            os._exit(3)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def steps(files: list[Changed]) -> int:
    """How many steps a write of these files has."""
    seen: list[str] = []
    write(files, ["."], seen.append)
    return len(seen)


@pytest.fixture
def ten(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Changed], int]:
    """Ten files, and the number of steps in which they are written; no disk has to be waited for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    number = steps(make())
    assert number > 10 * 6
    return make(), number


def test_a_kill_at_any_step_leaves_the_old_set_or_the_new_one(
    ten: tuple[list[Changed], int], inside: Path
) -> None:
    files, number = ten
    outcomes, mixed = [], 0
    for at in range(number):
        make()
        assert in_a_child(partial(write, files, ["."], Killed(at))) == signal.SIGKILL
        mixed += len(set(versions(files))) == 2  # each is whole, old or new
        said = recover(one.real for one in files[3:4])
        assert len(set(versions(files))) == 1, (at, said)
        assert strays(inside) == []
        outcomes.append(versions(files)[0])
        assert recover(one.real for one in files) == []
    assert mixed > 5
    assert outcomes == sorted(outcomes, reverse=True)  # first always undone, then always completed
    assert set(outcomes) == {"old", "new"}


def test_a_kill_during_recovery_is_recovered_from(ten: tuple[list[Changed], int], inside: Path) -> None:
    files, number = ten
    for at in range(number - 25, number, 3):
        make()
        in_a_child(partial(write, files, ["."], Killed(at)))
        for again in range(0, 12, 3):
            in_a_child(partial(killed_recovery, files, again))
        recover(one.real for one in files)
        assert len(set(versions(files))) == 1
        assert strays(inside) == []


def killed_recovery(files: list[Changed], after: int) -> None:
    """Recover, and be killed after some renames or removals."""
    killed = Killed(after)
    replace, unlink = os.replace, os.unlink

    def counted(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: str) -> None:
            killed(name)
            real(*arguments)

        return call

    os.replace, os.unlink = counted("replace", replace), counted("unlink", unlink)
    recover(one.real for one in files)


def interrupted(files: list[Changed], step: str) -> None:
    """Leave the files as a process that is killed at the first step of this name does."""

    def kill(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(lambda: write(files, ["."], kill)) == signal.SIGKILL


def test_what_was_changed_after_a_kill_is_left_and_the_rest_undone(inside: Path) -> None:
    files = make(4)
    interrupted(files, "renamed")
    assert versions(files) == ["new", "old", "old", "old"]
    Path(files[2].real).write_bytes(b"mine")
    (said,) = recover([files[0].real])
    assert said.startswith("undid an interrupted fix of 4 files")
    assert files[2].real in said
    assert Path(files[2].real).read_bytes() == b"mine"
    del files[2]
    assert versions(files) == ["old"] * 3
    assert strays(inside) == []


def test_a_lost_temporary_file_leads_back(inside: Path) -> None:
    files = make(4)
    interrupted(files, "renamed")
    os.unlink(
        next(
            path
            for path in Path(files[3].real).parent.glob(".keraslint-*")
            if path.is_file() and path.name != journal.NAME
        )
    )
    assert recover([files[3].real])[0].startswith("undid")
    assert versions(files) == ["old"] * 4
    assert strays(inside) == []


def test_a_journal_is_found_from_each_of_its_files_and_from_folders_that_hold_them() -> None:
    for start in ("folder0/file0.py", "folder2/file2.py", "folder1", "."):
        files = make(4)
        interrupted(files, "rename")
        assert recover([os.path.realpath(start)]), start
        assert versions(files) == ["new"] * 4


@pytest.mark.parametrize("content", [b"", b"{", b'{"keraslint": 1, "files": []}\n'])
def test_a_journal_that_was_hardly_begun_goes(content: bytes, inside: Path) -> None:
    (inside / journal.NAME).write_bytes(content)
    (said,) = recover([str(inside)])
    assert said.startswith("undid an interrupted fix of 0 files")
    assert strays(inside) == []


def test_a_journal_does_not_reach_outside_of_its_folder(inside: Path) -> None:
    victim = inside / "victim.py"
    victim.write_bytes(OLD)
    (inside / "folder").mkdir()
    entry = journal.Entry(str(victim), TEMPORARY, b"evil", "0", digest(OLD))
    (inside / "folder" / journal.NAME).write_bytes(
        journal.plan([entry], str(inside / "folder")) + journal.READY
    )
    with pytest.raises(RefusedError, match="outside of its folder"):
        recover([str(inside / "folder")])
    assert victim.read_bytes() == OLD


def test_a_journal_does_not_reach_through_a_link(inside: Path) -> None:
    (inside / "elsewhere").mkdir()
    victim = inside / "elsewhere" / "victim.py"
    victim.write_bytes(OLD)
    (inside / "folder").mkdir()
    (inside / "folder" / "below").symlink_to(inside / "elsewhere")
    entry = journal.Entry(
        str(inside / "folder" / "below" / "victim.py"), TEMPORARY, b"evil", "0", digest(OLD)
    )
    (inside / "folder" / journal.NAME).write_bytes(
        journal.plan([entry], str(inside / "folder")) + journal.READY
    )
    with pytest.raises(RefusedError, match="outside of its folder"):
        recover([str(inside / "folder")])
    assert victim.read_bytes() == OLD


@pytest.mark.parametrize(
    "content",
    [
        b"[]\n",
        b"3\n",
        b'{"keraslint": 2, "files": []}\n',
        b'{"keraslint": 1, "files": 3}\n',
        b'{"keraslint": 1, "files": [3]}\n',
        b'{"keraslint": 1, "files": [{"path": "a.py"}]}\n',
        b"[" * 100_000 + b"\n",
        journal.plan([journal.Entry("/a.py", "b.py", b"", "0", "0")], "/"),
        journal.plan([journal.Entry("/a.py", TEMPORARY, b"", "0", "0")], "/").replace(b'""', b'"?"'),
    ],
)
def test_what_is_no_journal_is_said_and_stays(content: bytes, inside: Path) -> None:
    (inside / "b.py").write_bytes(OLD)
    (inside / journal.NAME).write_bytes(content)
    with pytest.raises(RefusedError, match=r"is no journal of keraslint; remove it"):
        recover([str(inside)])
    assert (inside / journal.NAME).read_bytes() == content
    assert (inside / "b.py").read_bytes() == OLD


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_the_journal_of_another_user_is_not_obeyed(inside: Path) -> None:
    files = make(2)
    interrupted(files, "rename")
    os.chown(inside / journal.NAME, 12345, -1)
    (said,) = recover([files[0].real])
    assert "another user's unfinished fix" in said
    assert versions(files) == ["old", "old"]


def test_two_writes_of_one_file_exclude_each_other(inside: Path) -> None:
    """The second is begun at each step of the first, once from a folder above and once from one below."""
    for first, second in ((make(4), make(4)[:1]), (make(4)[:1], make(4))):
        make(4)
        refusals: list[str] = []

        def other(_: str, second: list[Changed] = second, refusals: list[str] = refusals) -> None:
            try:
                write(second, ["."])
            except RefusedError as error:
                refusals.append(str(error))

        done: list[str] = []

        def step(name: str, done: list[str] = done, other: Callable[[str], None] = other) -> None:
            if name not in {"journal", "done"}:
                other(name)
                done.append(name)

        try:
            write(first, ["."], step)
        except RefusedError as error:
            refusals.append(str(error))
        assert len(refusals) >= len(done) > 10
        assert strays(inside) == []
        assert set(versions(first)) in ({"new"}, {"old"})


def test_a_run_that_is_alive_is_not_recovered_from() -> None:
    files = make(2)

    def step(name: str) -> None:
        if name == "rename":
            with pytest.raises(RefusedError, match="another keraslint is writing"):
                recover([files[0].real])

    write(files, ["."], step)
    assert versions(files) == ["new", "new"]


def test_permissions_owner_and_attributes_are_kept(inside: Path) -> None:
    path = inside / "x.py"
    path.write_bytes(OLD)
    path.chmod(0o4751)
    if os.geteuid() == 0:
        os.chown(path, 1234, 4321)
        path.chmod(0o4751)
    before = path.stat()
    try:
        os.setxattr(path, "user.note", b"kept")
    except OSError:
        attributed = False
    else:
        attributed = True
    write([changed(path)], ["."])
    after = path.stat()
    assert path.read_bytes() == NEW
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
    assert not attributed or os.getxattr(path, "user.note") == b"kept"


def test_links_stay_links(inside: Path) -> None:
    (inside / "real").mkdir()
    (inside / "real" / "x.py").write_bytes(OLD)
    (inside / "link.py").symlink_to("real/x.py")
    write([changed("link.py")], ["."])
    assert (inside / "link.py").is_symlink()
    assert os.readlink(inside / "link.py") == "real/x.py"
    assert (inside / "real" / "x.py").read_bytes() == NEW


def test_a_folder_that_is_a_link_may_be_given(inside: Path) -> None:
    (inside / "real").mkdir()
    (inside / "real" / "x.py").write_bytes(OLD)
    (inside / "folder").symlink_to("real")
    for given in ("folder", "folder/x.py"):
        (inside / "real" / "x.py").write_bytes(OLD)
        write([changed("folder/x.py")], [given])
        assert (inside / "real" / "x.py").read_bytes() == NEW


def linked(path: Path) -> list[str]:
    outside = path.parent.parent / f"outside-{path.parent.name}.py"
    outside.write_bytes(OLD)
    path.unlink()
    path.symlink_to(outside)
    return ["."]


def named_link(path: Path) -> list[str]:
    (path.parent / "real").mkdir()
    path.rename(path.parent / "real" / "x.py")
    path.symlink_to("real/x.py")
    return [path.name]


def read_only(path: Path) -> list[str]:
    path.chmod(0o444)
    return ["."]


def hard_linked(path: Path) -> list[str]:
    os.link(path, path.with_name("other.py"))
    return ["."]


def not_given(path: Path) -> list[str]:
    path.with_name("folder").mkdir()
    return ["folder"]


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (linked, "outside of the paths that were given"),
        (named_link, "outside of the paths that were given"),
        (not_given, "outside of the paths that were given"),
        (read_only, "is read-only"),
        (hard_linked, "has 2 names"),
    ],
)
def test_refusals_come_before_anything_is_written(
    prepare: Callable[[Path], list[str]], reason: str, inside: Path
) -> None:
    (inside / "a.py").write_bytes(OLD)
    (inside / "x.py").write_bytes(OLD)
    given = prepare(inside / "x.py")
    files = [changed("a.py"), changed("x.py")]
    seen: list[str] = []
    with pytest.raises(RefusedError, match=reason) as refused:
        write(files, [*given, "a.py"], seen.append)
    assert len(refused.value.reasons) == 1
    assert refused.value.reasons[0].startswith("x.py ")
    assert (versions(files), seen, strays(inside)) == (["old", "old"], [], [])


def test_a_file_that_was_changed_or_removed_since_it_was_read_is_not_written() -> None:
    files = make(3)
    Path(files[1].real).write_bytes(b"mine")
    with pytest.raises(RefusedError, match=r"file1\.py was changed since it was read"):
        write(files, ["."])
    Path(files[1].real).unlink()
    with pytest.raises(RefusedError, match=r"file1\.py is gone"):
        write(files, ["."])
    assert versions([files[0], files[2]]) == ["old", "old"]


@pytest.mark.parametrize("when", ["planned", "made", "prepared", "on disk", "rename", "renamed"])
def test_a_file_that_is_changed_while_others_are_written_stops_the_write(when: str, inside: Path) -> None:
    files = make(3)

    def step(name: str) -> None:
        if name == when:
            Path(files[2].real).write_bytes(b"mine")

    with pytest.raises(RefusedError, match=r"file2\.py was changed since it was read"):
        write(files, ["."], step)
    assert versions(files[:2]) == ["old", "old"]
    assert Path(files[2].real).read_bytes() == b"mine"
    assert strays(inside) == []


@pytest.mark.parametrize("after", range(0, 70, 7))
def test_a_disk_that_is_full_after_some_bytes(
    after: int, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = make(6)
    real, count = os.write, [after]

    def full(handle: int, data: bytes) -> int:
        count[0] -= 1
        if count[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        try:
            write(files, ["."])
        except RefusedError as error:
            assert "No space left" in str(error)  # noqa: PT017 (a disk may also suffice)
    assert len(set(versions(files))) == 1
    assert (versions(files)[0] == "new") == (count[0] >= 0)
    assert strays(inside) == []


@pytest.mark.parametrize("call", ["replace", "fsync", "open", "unlink"])
def test_a_call_that_fails_once(call: str, inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each of its calls in turn: the write is done, undone, or left to the next run."""
    real = getattr(os, call)
    for number in range(100):
        files, count = make(3), [number]

        def failing(*arguments: object, count: list[int] = count) -> object:
            count[0] -= 1
            if count[0] == -1:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            try:
                write(files, ["."])
            except (RefusedError, UnfinishedError) as error:
                assert "\n" not in str(error)  # noqa: PT017 (it may also not fail)
            except OSError:
                pass
        recover(one.real for one in files)
        assert len(set(versions(files))) == 1
        assert strays(inside) == []
        if count[0] >= 0:
            return
    pytest.fail("the call never came to its end")


def test_a_small_file_system(inside: Path) -> None:
    disk = inside / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        files = [Changed(one.path, one.real, one.old, one.new * 60) for one in make(4, "disk")]
        with pytest.raises(RefusedError, match="No space left"):
            write(files, ["disk"])
        assert versions(files) == ["old"] * 4
        assert strays(disk) == []
        files = make(2, "disk")
        write(files, ["disk"])
        assert versions(files) == ["new"] * 2
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_that_cannot_be_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    files = make(2)
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not str(path).endswith("folder1") and real(path, mode)
    )
    with pytest.raises(RefusedError, match=r"cannot be replaced: .*folder1 is read-only"):
        write(files, ["."])
    assert versions(files) == ["old", "old"]


def test_the_journal_is_private_and_plain_json(inside: Path) -> None:
    files, seen = make(2), []

    def step(name: str) -> None:
        if name == "planned":
            path = inside / journal.NAME
            seen.append((stat.S_IMODE(path.stat().st_mode), json.loads(path.read_text())))

    write(files, ["."], step)
    ((mode, content),) = seen
    assert mode == 0o600
    assert [one["path"] for one in content["files"]] == ["folder0/file0.py", "folder1/file1.py"]
