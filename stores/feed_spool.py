"""The folder in which files wait that come through the feed's door: parts of a file are kept until they are whole.

A file's place is known by who sends it, for which agency and under which name. Only the holder of its lock writes to
it or takes it away, and a lock ends with the process that holds it, however it ends.
"""

import errno
import fcntl
import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from stores.errors import LimitExceededError, SettingsError, UnavailableError

_LOCK: Final = ".lock"
_TOTAL: Final = ".total"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CHUNK: Final = 1024 * 1024
# A sender has at most so many whole files' worth of unfinished parts.
_FILES_AT_ONCE: Final = 2
_PLACES_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much of a file is there, of how much; both in bytes."""

    offset: int
    total: int


@dataclass(slots=True)
class Upload:
    """A file on its way in, held by this process alone. Every method blocks for as long as the disk takes."""

    folder: Path
    name: str
    _lock: int
    _stream: int | None = None

    @property
    def path(self) -> Path:
        """Where its bytes are."""
        return self.folder / self.name

    def progress(self) -> Progress | None:
        """How far it has come; None where nothing was sent yet."""
        return _progress(self.folder, self.name)

    def begin(self, total: int) -> None:
        """Begin anew, with a file of so many bytes. Raises UnavailableError where the disk is full or closed to us."""
        with _told():
            self.path.unlink(missing_ok=True)
            (self.folder / _TOTAL).write_text(str(total), encoding="ascii")
        self.go_on()

    def go_on(self) -> None:
        """Open it for what follows."""
        with _told():
            self._stream = os.open(
                self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )

    def write(self, data: bytes) -> None:
        """Put bytes behind those that are there. Raises UnavailableError for a full disk."""
        assert self._stream is not None  # noqa: S101  whoever writes has begun or gone on
        left = memoryview(data)
        with _told():
            while left:
                left = left[os.write(self._stream, left) :]

    def cut(self, offset: int) -> None:
        """Forget what stands behind an offset."""
        with _told():
            os.truncate(self.path, offset)

    def sync(self) -> None:
        """Return when what was written survives a power cut."""
        assert self._stream is not None  # noqa: S101  the same
        with _told():
            os.fsync(self._stream)

    def sha256(self) -> bytes:
        """The digest of what is there."""
        digest = hashlib.sha256()
        with self.path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.digest()

    def release(self, *, forget: bool) -> None:
        """Let others have its place, and with `forget` take the file away."""
        if self._stream is not None:
            os.close(self._stream)
        if forget:
            _forget(self.folder)
        os.close(self._lock)


class _told:  # noqa: N801  reads as a statement
    """Says in our words that a disk takes nothing more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            what = "is full" if error.errno in _FULL else "cannot be written"
            raise UnavailableError(
                f"The spool folder of this server {what}. Tell the administrator, and send the file again."
            ) from None


@dataclass(frozen=True, slots=True)
class FeedSpool:
    """The folder, and the bytes that one file may have."""

    folder: Path
    max_bytes: int

    def open(self) -> None:
        """Make the folder, for our eyes alone. Raises SettingsError where somebody else could write to it."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            state = self.folder.lstat()
        except OSError as error:
            raise SettingsError(
                f"The spool folder {self.folder} cannot be used: {error.strerror}. Set JIANDU_SPOOL_DIR."
            ) from error
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o022:
            raise SettingsError(
                f"The spool folder {self.folder} is no folder of this user's alone. Set JIANDU_SPOOL_DIR."
            )

    def progress(self, account_id: int, agency_id: int, name: str) -> Progress | None:
        """How far a file has come; None where nothing of it is there."""
        return _progress(self._place(account_id, agency_id, name), name)

    def claim(self, account_id: int, agency_id: int, name: str) -> Upload | None:
        """Hold a file's place; None while another request holds it. Raises UnavailableError."""
        folder = self._place(account_id, agency_id, name)
        with _told():
            while True:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with suppress(FileNotFoundError):  # swept or loaded in this moment: it is made anew
                    lock = _locked(folder / _LOCK)
                    return None if lock is None else Upload(folder, name, lock)

    def require_room(self, account_id: int, agency_id: int, name: str, total: int) -> None:
        """Raise LimitExceededError where a sender's unfinished files and this one are more than one may have."""
        place = self._place(account_id, agency_id, name)
        others = [folder for folder in _folders(self.folder / str(account_id)) if folder != place]
        sizes = sum(file.stat().st_size for folder in others for file in _files(folder))
        if sizes + total > _FILES_AT_ONCE * self.max_bytes or len(others) >= _PLACES_AT_ONCE:
            raise LimitExceededError("Too many files of yours are unfinished here. Finish them, or wait for a day.")

    def sweep(self, *, older_than: float) -> int:
        """Take away what nobody has written to since a time of the system's clock; answers how many files."""
        swept = 0
        for folder in (place for account in _folders(self.folder) for place in _folders(account)):
            with suppress(FileNotFoundError):
                if any(file.stat().st_mtime >= older_than for file in _files(folder)):
                    continue
                lock = _locked(folder / _LOCK)
                if lock is not None:
                    Upload(folder, "", lock).release(forget=True)
                    swept += 1
        return swept

    def _place(self, account_id: int, agency_id: int, name: str) -> Path:
        # No name of a sender's is ever that of a folder, and none is as long as its own.
        return self.folder / str(account_id) / hashlib.sha256(f"{agency_id}/{name}".encode()).hexdigest()


def _progress(folder: Path, name: str) -> Progress | None:
    try:
        total = int((folder / _TOTAL).read_text(encoding="ascii"))
        return Progress(offset=(folder / name).stat().st_size, total=total)
    except (FileNotFoundError, ValueError):
        return None


def _locked(path: Path) -> int | None:
    """A lock on a file that still has its name; None while another holds it. Raises FileNotFoundError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.lstat().st_ino == os.fstat(descriptor).st_ino:
            return descriptor
    except BlockingIOError:
        os.close(descriptor)
        return None
    except FileNotFoundError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    raise FileNotFoundError(path)


def _forget(folder: Path) -> None:
    """Take a place away of which we hold the lock, which goes last: whoever comes next has its files to itself."""
    for file in sorted(_files(folder), key=lambda file: file.name == _LOCK):
        file.unlink(missing_ok=True)
    with suppress(OSError):  # somebody has come
        folder.rmdir()


def _folders(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink()]
    except FileNotFoundError:
        return []


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
