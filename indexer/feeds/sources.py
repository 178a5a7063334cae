"""Where a feed's bytes come from: a file, or a member of an archive; unpacked while they are read, always anew.

A source can be read any number of times, each time from its beginning and in constant memory.
"""

import os
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, Protocol, Self

from indexer.feeds import bounds
from stores.errors import UnreadableFeedError

GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31


class FeedSource(Protocol):
    """The bytes of one feed. `member` is the name inside the archive `path`, made harmless; None for a file itself."""

    @property
    def path(self) -> Path:
        """The file on disk."""

    @property
    def member(self) -> str | None:
        """The member of it."""

    @property
    def packed_size(self) -> int:
        """Bytes it takes on disk."""

    @property
    def size(self) -> int:
        """Bytes that `chunks` will give, as far as is known: an archive's word is not to be relied on."""

    def chunks(self) -> Iterator[bytes]:
        """Its bytes from the beginning. Raises UnreadableFeedError."""


class FileView:
    """An open file as long as it was when it was first seen; what is appended meanwhile belongs to the next load."""

    def __init__(self, stream: BinaryIO, size: int, name: str) -> None:
        """Take a stream over."""
        self._stream = stream
        self._size = size
        self._name = name
        self._at = 0

    def read(self, size: int | None = -1) -> bytes:
        """Bytes from where the view stands. Raises UnreadableFeedError for more than is ever read at once."""
        left = self._size - self._at
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > bounds.MAX_DIRECTORY:
            raise UnreadableFeedError(
                f"{self._name} has a directory of more than {bounds.MAX_DIRECTORY:,} bytes. Send fewer files in it."
            )
        if wanted <= 0:
            return b""
        self._stream.seek(self._at)
        data = self._stream.read(wanted)
        if not data:
            raise UnreadableFeedError(f"{self._name} became shorter while it was read. Send it again when it is whole.")
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Stand elsewhere. Raises OSError before the beginning, as files do."""
        at = offset + (0, self._at, self._size)[whence]
        if at < 0:
            raise OSError("a place before the beginning of the file")
        self._at = at
        return at

    def tell(self) -> int:
        """Where the view stands."""
        return self._at

    def seekable(self) -> bool:
        """Archives ask."""
        return True

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()


@dataclass(slots=True)
class DiskFile:
    """A regular file on disk, one and the same whenever it is opened."""

    path: Path
    member: str | None = None
    _seen: tuple[int, int] | None = field(default=None, init=False)
    _size: int = field(default=0, init=False)

    @property
    def packed_size(self) -> int:
        """Its size at first sight."""
        return self._size

    @property
    def size(self) -> int:
        """The same."""
        return self._size

    def view(self) -> FileView:
        """Open it. Raises UnreadableFeedError for what is no file, cannot be read, or is another file than before."""
        name = self.path.name
        try:
            # A pipe would make us wait for somebody who writes into it.
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except ValueError as error:
            raise UnreadableFeedError("A file cannot have this name.") from error
        except OSError as error:
            raise UnreadableFeedError(f"{name} cannot be read: {error.strerror}.") from error
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            os.close(descriptor)
            raise UnreadableFeedError(f"{name} is no file. Name a CSV, XLSX or JSON Lines file, or a ZIP of them.")
        if self._seen is None:
            self._seen, self._size = (about.st_dev, about.st_ino), about.st_size
        if self._seen != (about.st_dev, about.st_ino):
            os.close(descriptor)
            raise UnreadableFeedError(f"{name} was replaced while it was read. Send it again.")
        return FileView(os.fdopen(descriptor, "rb", buffering=0), self._size, name)

    def chunks(self) -> Iterator[bytes]:
        """Its bytes."""
        with self.view() as view:
            try:
                while chunk := view.read(bounds.CHUNK):
                    yield chunk
            except OSError as error:
                raise UnreadableFeedError(f"{self.path.name} cannot be read: {error.strerror}.") from error


def beginning(source: FeedSource) -> bytes:
    """The first bytes of a source."""
    chunks = source.chunks()
    try:
        return next(chunks, b"")
    finally:
        chunks.close()  # type: ignore[attr-defined]  # every source's chunks are a generator


@dataclass(slots=True)
class CountedSource:
    """A source that says how much of it was read since it was last begun."""

    source: FeedSource
    _read: int = field(default=0, init=False)

    @property
    def path(self) -> Path:
        """The file on disk."""
        return self.source.path

    @property
    def member(self) -> str | None:
        """The member of it."""
        return self.source.member

    @property
    def packed_size(self) -> int:
        """Bytes it takes on disk."""
        return self.source.packed_size

    @property
    def size(self) -> int:
        """Bytes that are to be read."""
        return self.source.size

    @property
    def fraction_read(self) -> float:
        """How much was read, from 0 to 1."""
        return min(1.0, self._read / max(1, self.size))

    def chunks(self) -> Iterator[bytes]:
        """Its bytes, counted."""
        self._read = 0
        for chunk in self.source.chunks():
            self._read += len(chunk)
            yield chunk


@dataclass(frozen=True, slots=True)
class Gunzipped:
    """What a source compressed with gzip holds."""

    source: FeedSource

    @property
    def path(self) -> Path:
        """The file on disk."""
        return self.source.path

    @property
    def member(self) -> str | None:
        """The member of it."""
        return self.source.member

    @property
    def packed_size(self) -> int:
        """Bytes before unpacking."""
        return self.source.packed_size

    @property
    def size(self) -> int:
        """Bytes before unpacking, for gzip tells no more."""
        return self.source.size

    def chunks(self) -> Iterator[bytes]:
        """The bytes unpacked."""
        return metered(_gunzipped(self.source.chunks()), lambda: self.packed_size)


def _gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(_GZIP_WINDOW)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if unpacking.eof:
                    # Another part may follow, as in files that were put together; zeros may fill a tape's block.
                    rest = rest.lstrip(b"\0")
                    if not rest:
                        break
                    unpacking = zlib.decompressobj(_GZIP_WINDOW)
                data = unpacking.decompress(rest, bounds.CHUNK)
                rest = unpacking.unused_data if unpacking.eof else unpacking.unconsumed_tail
                if data:
                    yield data
        if data := unpacking.flush():
            yield data
    except zlib.error as error:
        raise UnreadableFeedError("The file is damaged: its gzip data cannot be unpacked. Send it again.") from error
    if not unpacking.eof:
        raise UnreadableFeedError("The file is cut off in the middle of its gzip data. Send it again, whole.")


def metered(
    chunks: Iterator[bytes], packed_size: Callable[[], int], spend: Callable[[int], None] = lambda _unpacked: None
) -> Iterator[bytes]:
    """The same chunks, within the bounds; `spend` is told how much there was so far."""
    unpacked = 0
    for chunk in chunks:
        unpacked += len(chunk)
        if unpacked > bounds.MAX_UNPACKED:
            raise UnreadableFeedError(
                f"The file unpacks to more than {bounds.MAX_UNPACKED:,} bytes. Send it in several parts."
            )
        if unpacked > bounds.RATIO_FROM and unpacked > bounds.MAX_RATIO * packed_size():
            raise UnreadableFeedError(
                f"The file unpacks to more than {bounds.MAX_RATIO} times its size, as only a bomb does. "
                "If it is a real table, send it as it is, uncompressed."
            )
        spend(unpacked)
        yield chunk
