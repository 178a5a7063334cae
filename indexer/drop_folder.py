"""A folder into which senders drop feed files, and out of which each goes once what became of it is stored.

Only `put_away` moves a file, and only the holder of its lock calls it: a watcher that dies at any moment leaves the
file where it was, and the next one loads it again, which changes nothing.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DONE: Final = "done"
"""The folder of files of which every row was accepted."""

REJECTED: Final = "rejected"
"""The folder of files that were refused, or some rows of which were, with what is wrong beside each."""

_UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")
_HIDDEN: Final = (".", "~")


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that this process alone works on, as it was when it was claimed."""

    path: Path
    descriptor: int
    size: int
    changed_ns: int

    def is_unchanged(self) -> bool:
        """Whether the file is still the one that was claimed, to the byte, and still stands under its name."""
        now = os.fstat(self.descriptor)
        try:
            named = self.path.lstat()
        except FileNotFoundError:
            return False
        same_file = (named.st_dev, named.st_ino) == (now.st_dev, now.st_ino)
        return same_file and (now.st_size, now.st_mtime_ns) == (self.size, self.changed_ns)


def arrived(folder: Path, *, now: float, quiet_seconds: float) -> list[Path]:
    """The files that nobody has written to for a while, oldest first; `now` is a time of the system's clock.

    Hidden files and names that say a file is unfinished (.part, .tmp) are left alone, and so is all that is no plain
    file. The time is that of the last change of any kind, which no sender can set back.
    """
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_HIDDEN) or entry.name.endswith(_UNFINISHED):
                continue
            try:
                state = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(state.st_mode) and now - state.st_ctime >= quiet_seconds:
                found.append((state.st_mtime_ns, entry.name))
    return [folder / name for _, name in sorted(found)]


@contextmanager
def claimed(path: Path) -> Iterator[Claim | None]:
    """Hold a file for as long as the block runs; None where it is gone or another process holds it.

    The lock ends with the process that holds it, however it ends.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:  # gone, made a link of, or closed to us: whoever looks next is told
        yield None
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        state = os.fstat(descriptor)
        claim = Claim(path, descriptor, state.st_size, state.st_mtime_ns)
        yield claim if claim.is_unchanged() else None
    finally:
        os.close(descriptor)


def free_name(folder: Path, name: str, run: str) -> Path:
    """A path in a folder that is made where it is missing; a name that is taken gets the run's before its endings."""
    folder.mkdir(exist_ok=True)
    wanted = folder / name
    if not os.path.lexists(wanted):
        return wanted
    stem, dot, endings = name.partition(".")
    return folder / f"{stem}-{run}{dot}{endings}"


def put_away(claim: Claim, target: Path) -> bool:
    """Move a claimed file to a free path; False, and nothing moved, where it has changed since it was claimed."""
    if not claim.is_unchanged():
        return False
    # Nobody else moves a file of this name, for that takes its lock: what was free is free still.
    claim.path.rename(target)
    return True
