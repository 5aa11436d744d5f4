"""Files are entirely old or entirely new, whatever happens to the process or to the disk."""

from __future__ import annotations

import errno
import os
import random
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seedlint.writing import CHANGED, write

ROOT = Path(__file__).parents[1]
OLD, NEW = b"old\r\n\xff", b"new\r\n\xfe\x00"
NOBODY = 65534

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs the files of POSIX")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_bytes(OLD)
    return path


def alone(path: Path) -> bool:
    """Whether nothing was left beside ``path``."""
    return os.listdir(path.parent) == [path.name]


# --- what is written ----------------------------------------------------------------------------


def test_bytes_are_written_as_they_are(file: Path) -> None:
    assert write(file, OLD, NEW) is None
    assert file.read_bytes() == NEW
    assert alone(file)


def test_a_relative_path(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert write(Path(file.name), OLD, NEW) is None
    assert file.read_bytes() == NEW


@posix
@pytest.mark.parametrize("mode", [0o755, 0o640, 0o600, 0o666, 0o200, 0o4755])
def test_the_mode_stays(mode: int, file: Path) -> None:
    if mode == 0o200 and os.geteuid() != 0:
        pytest.skip("cannot be read")
    file.chmod(mode)
    assert write(file, OLD, NEW) is None
    assert stat.S_IMODE(file.stat().st_mode) == mode


@posix
def test_the_owner_stays(file: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only the superuser can give files away")
    os.chown(file, NOBODY, NOBODY)
    assert write(file, OLD, NEW) is None
    assert (file.stat().st_uid, file.stat().st_gid) == (NOBODY, NOBODY)


@posix
@pytest.mark.parametrize("target", ["model.py", "link1.py", "../real/model.py"])
def test_a_link_stays_a_link(target: str, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/model.py").write_bytes(OLD)
    (tmp_path / "real/link1.py").symlink_to("model.py")
    (tmp_path / "src").mkdir()
    link = tmp_path / "src/link.py"
    link.symlink_to(f"../real/{target}")
    assert write(link, OLD, NEW) is None
    assert os.readlink(link) == f"../real/{target}"
    assert os.readlink(tmp_path / "real/link1.py") == "model.py"
    assert (tmp_path / "real/model.py").read_bytes() == NEW
    assert not (tmp_path / "real/model.py").is_symlink()


def test_a_hard_link_keeps_the_old_text(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    os.link(file, other)
    assert write(file, OLD, NEW) is None
    assert (file.read_bytes(), other.read_bytes()) == (NEW, OLD)


@pytest.mark.parametrize("name", ["é.py", "a b.py", "x" * 252 + ".py", "-n.py"])
def test_names(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(OLD)
    assert write(tmp_path / name, OLD, NEW) is None
    assert (tmp_path / name).read_bytes() == NEW


# --- what is left alone -------------------------------------------------------------------------


def test_a_file_that_changed(file: Path) -> None:
    assert write(file, b"older", NEW) == CHANGED
    assert file.read_bytes() == OLD
    assert alone(file)


def test_a_file_that_changes_meanwhile(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: file.write_bytes(b"newer"))
    assert write(file, OLD, NEW) == CHANGED
    assert file.read_bytes() == b"newer"
    assert alone(file)


def test_a_file_that_goes_away_meanwhile(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: file.unlink())
    assert write(file, OLD, NEW) == "cannot write: No such file or directory"
    assert not os.listdir(file.parent)


def test_a_read_only_file(file: Path) -> None:
    file.chmod(0o444)
    assert write(file, OLD, NEW) == "cannot write: the file is read-only"
    assert file.read_bytes() == OLD
    assert alone(file)


def test_no_file(tmp_path: Path) -> None:
    assert write(tmp_path / "m.py", OLD, NEW) == "cannot write: No such file or directory"
    assert not os.listdir(tmp_path)


def test_a_folder(tmp_path: Path) -> None:
    assert write(tmp_path, OLD, NEW) == "cannot write: not a regular file"


@posix
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.py")
    assert write(tmp_path / "m.py", OLD, NEW) == "cannot write: not a regular file"


@posix
@pytest.mark.parametrize("target", ["gone.py", "link.py"])
def test_a_link_to_nothing(target: str, tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(target)
    assert (write(link, OLD, NEW) or "").startswith("cannot write: ")
    assert os.readlink(link) == target
    assert alone(link)


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder that everybody may enter, seen by somebody who is not the superuser."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "m.py").write_bytes(OLD)
        (folder / "m.py").chmod(0o666)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o700)


def drop() -> None:
    if os.geteuid() == 0:
        os.seteuid(NOBODY)


@posix
def test_a_folder_that_may_not_be_written() -> None:
    with unprivileged() as folder:
        folder.chmod(0o555)
        drop()
        assert write(folder / "m.py", OLD, NEW) == "cannot write: Permission denied"
        assert (folder / "m.py").read_bytes() == OLD
        assert alone(folder / "m.py")


@posix
def test_a_file_of_somebody_else() -> None:
    if os.geteuid() != 0:
        pytest.skip("only the superuser can be two people")
    with unprivileged() as folder:
        (folder / "m.py").chmod(0o644)
        drop()
        assert write(folder / "m.py", OLD, NEW) == "cannot write: Permission denied"
        os.seteuid(0)
        (folder / "m.py").chmod(0o666)
        drop()
        assert write(folder / "m.py", OLD, NEW) is None
        assert (folder / "m.py").read_bytes() == NEW


# --- what another one has left ------------------------------------------------------------------

TEMPORARY = ".seedlint-abcd_123.tmp"


@pytest.mark.parametrize("name", [".seedlint-ab.tmp", "seedlint-abcd_123.tmp", f"{TEMPORARY}.py"])
def test_what_is_called_otherwise_stays(name: str, file: Path) -> None:
    (file.parent / name).write_bytes(OLD)
    assert write(file, OLD, NEW) is None
    assert (file.parent / name).read_bytes() == OLD


@posix
def test_what_is_no_file_stays(file: Path) -> None:
    link, folder = (file.parent / TEMPORARY.replace("1", new) for new in "xy")
    link.symlink_to(file.name)
    folder.mkdir()
    assert write(file, OLD, NEW) is None
    assert link.is_symlink()
    assert folder.is_dir()


@posix
def test_what_is_being_written_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = file.with_name("other.py")
    other.write_bytes(OLD)
    before = os.replace

    def replace(temporary: str, target: Path) -> None:
        monkeypatch.setattr(os, "replace", before)
        assert write(other, OLD, NEW) is None
        before(temporary, target)

    monkeypatch.setattr(os, "replace", replace)
    assert write(file, OLD, NEW) is None
    assert file.read_bytes() == other.read_bytes() == NEW


@posix
def test_what_is_taken_away_before_it_is_locked(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstat

    def fstat(handle: int) -> os.stat_result:
        # As if it had not been locked yet.
        monkeypatch.setattr(os, "fstat", real)
        (left,) = set(file.parent.iterdir()) - {file}
        left.unlink()
        return real(handle)

    monkeypatch.setattr(os, "fstat", fstat)
    assert write(file, OLD, NEW) is None
    assert file.read_bytes() == NEW
    assert alone(file)


def test_what_was_left_goes(file: Path) -> None:
    (file.parent / TEMPORARY).write_bytes(NEW[:3])
    assert write(file, OLD, NEW) is None
    assert alone(file)


# --- what goes wrong on the way -----------------------------------------------------------------


def failing(error: BaseException) -> object:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_an_error_at_any_step(step: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(os, step, failing(error))
    assert write(file, OLD, NEW) == "cannot write: No space left on device"
    assert file.read_bytes() == OLD
    assert alone(file)


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_an_interrupt_at_any_step(step: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, step, failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write(file, OLD, NEW)
    assert file.read_bytes() == OLD
    assert alone(file)


def test_an_interrupt_as_soon_as_the_new_file_is_there(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def interrupted(path: str, flags: int, *args: int) -> int:
        handle = real(path, flags, *args)
        if flags & os.O_CREAT:
            os.close(handle)
            raise KeyboardInterrupt
        return handle

    monkeypatch.setattr(os, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(file, OLD, NEW)
    assert alone(file)


def test_a_folder_that_cannot_be_synced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", refuse)
    assert write(file, OLD, NEW) is None
    assert file.read_bytes() == NEW


@posix
def test_a_file_too_large_for_the_system(file: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        refusal = write(file, OLD, NEW * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refusal == "cannot write: File too large"
    assert file.read_bytes() == OLD
    assert alone(file)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a disk of our own")
def test_a_full_disk(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from seedlint.writing import write\n"
        "path = Path('m.py'); path.write_bytes(b'old')\n"
        "print(write(path, b'old', b'x' * 2**20), path.read_bytes(), os.listdir())"
    )
    mount = 'mount -t tmpfs -o size=64k tmpfs "$0" && cd "$0" && exec "$@"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount, tmp_path, sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("may not mount")
    assert done.stdout == "cannot write: No space left on device b'old' ['m.py']\n", done.stderr


# Far more than one write of the system takes, so that most kills fall into the middle.
SIZE = 2**21
REWRITE = f"""
import sys
from pathlib import Path
from seedlint.writing import write
path = Path(sys.argv[1])
texts = [b"a" * {SIZE}, b"b" * {SIZE}]
print("ready", flush=True)
while True:
    old = path.read_bytes()
    assert write(path, old, texts[old == texts[0]]) is None
"""


@posix
@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(b"a" * SIZE)
    moments = random.Random(0)
    seen = set()
    unfinished = 0
    for _ in range(80):
        with subprocess.Popen(
            [sys.executable, "-c", REWRITE, path],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0, 0.03))
            process.kill()
        data = path.read_bytes()
        assert len(data) == SIZE
        assert len(set(data)) == 1
        seen.add(data[:1])
        for left in set(tmp_path.iterdir()) - {path}:
            assert left.match(".seedlint-*.tmp")
            left.unlink()
            unfinished += 1
    # Else the kills would have proved nothing.
    assert seen == {b"a", b"b"}
    assert unfinished
