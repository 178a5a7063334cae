"""Files that commands write: whole or not at all, and for their owner's eyes alone."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stores.errors import BadUserInputError


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
            # Unlike a rename, a second name is never given in the place of another file.
            path.hardlink_to(fresh)
    except FileExistsError as error:
        raise _is_there(path) from error
    except OSError as error:
        raise BadUserInputError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)


def _is_there(path: Path) -> BadUserInputError:
    return BadUserInputError(f"{path} is there already. Name another file, or give --force to replace it.")
