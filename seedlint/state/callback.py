"""A checkpoint callback that keeps the state of the generators too."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seedlint.state.files import Name, beside, load, local, save
from seedlint.state.models import Generators
from seedlint.state.records import StateError

SEEDS = "seeds.json"
# What a process that was killed may leave.
DRAFT = ".seedlint-"


def kept(
    checkpoint: Any, *, resume: Name | None = None, generators: Generators | None = None
) -> Any:
    """``checkpoint`` as a callback that keeps the state of the generators beside what it saves.

    ``checkpoint`` is a `ModelCheckpoint` or a `BackupAndRestore` of Keras 3 or tf_keras, or of a
    class derived from one; it is left alone, a copy is returned. Each time it has saved, and only
    then, the state goes to ``beside(path)``; that of a backup is ``seeds.json`` in its folder.

    Training starts with the state of the checkpoint ``resume``, whose weights you have loaded. A
    `BackupAndRestore` restores both by itself. ``generators`` are as in `capture`.

    Raises `TypeError` for another callback; when training starts `StateError`, if a state does not
    fit or is missing, and `OSError`, if that of ``resume`` cannot be read.
    """
    backup, files = hasattr(checkpoint, "backup_dir"), hasattr(checkpoint, "filepath")
    if not (backup or files) or not hasattr(checkpoint, "save_freq"):
        raise TypeError(
            "kept() takes a ModelCheckpoint or a BackupAndRestore, "
            f"not a {type(checkpoint).__qualname__}"
        )
    if backup and resume is not None:
        raise TypeError("a BackupAndRestore finds by itself what to resume")
    cls = type(checkpoint)
    keeper = copy.copy(checkpoint)
    keeper.__class__ = type(cls.__name__, (_Backup if backup else _Files, cls), {})
    keeper._seedlint_resume, keeper._seedlint_generators = resume, generators
    # The names of checkpoints need numbers, and the callback itself takes either.
    keeper._supports_tf_logs = False
    return keeper


class _Kept:
    """What is put over the class of the callback that an instance was copied from."""

    model: Any
    save_freq: Any
    _seedlint_resume: Name | None
    _seedlint_generators: Generators | None
    _seedlint_epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._seedlint_epoch = epoch
        self._seedlint_super.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        with self._seedlint_watch(self.save_freq == "epoch", None, logs):
            self._seedlint_super.on_epoch_end(epoch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        with self._seedlint_watch(self.save_freq != "epoch", batch, logs):
            self._seedlint_super.on_train_batch_end(batch, logs)

    @property
    def _seedlint_super(self) -> Any:
        return super()

    @contextmanager
    def _seedlint_watch(self, may_save: bool, batch: int | None, logs: Any) -> Iterator[None]:
        """Keep the state if something is saved meanwhile."""
        found = self._seedlint_paths(batch, logs or {}) if may_save else None
        if found is None:
            yield
            return
        checkpoint, path = found
        before = _stamp(checkpoint)
        yield
        if _stamp(checkpoint) != before:
            save(self.model, path, generators=self._seedlint_generators)

    def _seedlint_paths(self, batch: int | None, logs: Any) -> tuple[Path, Path] | None:
        """Where the callback saves now, if it does, and where the state goes."""
        raise NotImplementedError


class _Files(_Kept):
    """A callback that saves under ``filepath``, with the epoch and other numbers put into it."""

    filepath: Any

    def on_train_begin(self, logs: Any = None) -> None:
        self._seedlint_super.on_train_begin(logs)
        if self._seedlint_resume is not None:
            path = beside(self._seedlint_resume)
            load(self.model, path, generators=self._seedlint_generators)

    def _seedlint_paths(self, batch: int | None, logs: Any) -> tuple[Path, Path] | None:
        number = {} if batch is None or "batch" in logs else {"batch": batch + 1}
        try:
            name = os.fspath(self.filepath).format(epoch=self._seedlint_epoch + 1, **number, **logs)
        except KeyError:
            # Keras says what is wrong, once it saves.
            return None
        return local(name), beside(name)


class _Backup(_Kept):
    """A callback that saves into the folder ``backup_dir``, and loads from it to begin with."""

    backup_dir: Any

    def on_train_begin(self, logs: Any = None) -> None:
        self._seedlint_super.on_train_begin(logs)
        folder, path = self._seedlint_place
        if not _stamp(folder):
            return
        if not path.exists():
            raise StateError(f"{path}: no such file, though there is a checkpoint beside it")
        load(self.model, path, generators=self._seedlint_generators)

    def on_train_end(self, logs: Any = None) -> None:
        self._seedlint_super.on_train_end(logs)
        folder, path = self._seedlint_place
        if not _stamp(folder):
            path.unlink(missing_ok=True)

    @property
    def _seedlint_place(self) -> tuple[Path, Path]:
        folder = local(self.backup_dir)
        return folder, folder / SEEDS

    def _seedlint_paths(self, batch: int | None, logs: Any) -> tuple[Path, Path] | None:
        return self._seedlint_place


def _stamp(checkpoint: Path) -> frozenset[tuple[object, ...]]:
    """What changes when ``checkpoint`` is written: a file, a folder, or files of TensorFlow."""
    index = checkpoint.with_name(f"{checkpoint.name}.index")
    files = [checkpoint, index, *checkpoint.rglob("*")]
    return frozenset(
        (path, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
        for path in files
        if path.is_file() and not path.name.startswith((SEEDS, DRAFT))
        for found in [path.stat()]
    )
