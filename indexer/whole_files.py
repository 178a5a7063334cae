"""Files that commands write: whole or not at all, and for their owner's eyes alone."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from stores.errors import BadUserInputError

# What file systems without second names answer.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK})


@contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """Write a file of mode 0600 that appears under its name when it is whole.

    Raises BadUserInputError where something has that name already (unless `force` lets a file be replaced), and where
    no file can be written.
    """
    if path.exists() and not path.is_file():
        raise BadUserInputError(f"{path} is no file. Name a file to write.")
    if path.exists() and not force:
        raise _is_there(path)
    fresh = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if force:
            fresh.replace(path)
        else:
            _name(fresh, path)
    except FileExistsError as error:
        raise _is_there(path) from error
    except OSError as error:
        raise BadUserInputError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)


def _name(fresh: Path, path: Path) -> None:
    """Give a file its name. Raises FileExistsError; unlike a rename, a second name never takes another file's place."""
    try:
        path.hardlink_to(fresh)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        fresh.replace(path)


def _is_there(path: Path) -> BadUserInputError:
    return BadUserInputError(f"{path} is there already. Name another file, or give --force to replace it.")
