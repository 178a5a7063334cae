"""ZIP archives: their members as sources, each refused by itself. Nothing is ever unpacked to a name of theirs."""

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO, Final, cast

from indexer.feeds import bounds
from indexer.feeds.sources import DiskFile, FeedSource, FileView, beginning, metered
from stores.errors import UnreadableFeedError

ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
CONTENT_TYPES: Final = "[Content_Types].xml"

_LONGEST_NAME: Final = 200
_UTF_8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x41
_LOCAL_HEADER: Final = 30
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What macOS and Windows put into an archive by themselves.
_DROPPINGS: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})

# All that zipfile raises for archives that are damaged, or made to be.
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    LookupError,
    OSError,
)


@contextmanager
def opened_zip(stream: IO[bytes] | FileView, name: str) -> Iterator[zipfile.ZipFile]:
    """A ZIP archive; whatever is wrong with it becomes UnreadableFeedError."""
    try:
        with zipfile.ZipFile(cast("IO[bytes]", stream)) as archive:
            _require_sound(archive.infolist(), name)
            yield archive
    except _DAMAGE as error:
        raise UnreadableFeedError(
            f"{name} is a damaged ZIP archive or workbook, or is cut off. Make it again and send it again."
        ) from error


def part_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a member; its check sum is verified at the end."""
    with archive.open(info) as stream:
        while chunk := stream.read(bounds.CHUNK):
            yield chunk


def _require_sound(infos: Sequence[zipfile.ZipInfo], name: str) -> None:
    if len(infos) > bounds.MAX_MEMBERS:
        raise UnreadableFeedError(f"{name} has more than {bounds.MAX_MEMBERS:,} members. Send several archives.")
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for info, following in pairwise(ordered):
        if info.header_offset + _LOCAL_HEADER + info.compress_size > following.header_offset:
            raise UnreadableFeedError(f"{name} has members that overlap, as only a bomb has. Make the archive again.")


@dataclass(slots=True)
class Archive:
    """An archive on disk, and how much its members were unpacked to so far."""

    file: DiskFile
    unpacked: dict[int, int] = field(default_factory=dict)

    def spend(self, place: int, unpacked: int) -> None:
        """Account for a member. Raises UnreadableFeedError when all together are too much."""
        self.unpacked[place] = max(unpacked, self.unpacked.get(place, 0))
        if sum(self.unpacked.values()) > bounds.MAX_UNPACKED_TOGETHER:
            raise UnreadableFeedError(
                f"The archive unpacks to more than {bounds.MAX_UNPACKED_TOGETHER:,} bytes. Send several archives."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of an archive; `size` is what the archive says, `refusal` is why it is not read, if it is not."""

    archive: Archive
    place: int
    member: str
    packed_size: int
    size: int
    check: int
    refusal: str | None

    @property
    def path(self) -> Path:
        """The archive."""
        return self.archive.file.path

    def chunks(self) -> Iterator[bytes]:
        """The bytes unpacked."""
        if self.refusal is not None:
            raise UnreadableFeedError(self.refusal)
        return metered(
            self._chunks(), lambda: self.packed_size, lambda unpacked: self.archive.spend(self.place, unpacked)
        )

    def _chunks(self) -> Iterator[bytes]:
        with self.archive.file.view() as view, opened_zip(view, self.path.name) as archive:
            infos = archive.infolist()
            if self.place >= len(infos) or self.check != infos[self.place].CRC:
                raise UnreadableFeedError(f"{self.path.name} changed while it was read. Send it again.")
            yield from part_chunks(archive, infos[self.place])


def feed_sources(path: Path) -> Sequence[FeedSource]:
    """The feeds of a file: itself, or the members of an archive in their order.

    Raises nothing: what cannot be read says so when it is read, so that its run is kept as refused.
    """
    file = DiskFile(path)
    try:
        if not beginning(file).startswith(ZIP):
            return [file]
        with file.view() as view, opened_zip(view, path.name) as archive:
            infos = archive.infolist()
            if CONTENT_TYPES in archive.namelist():
                return [file]
            return _members(file, infos) or [file]
    except UnreadableFeedError:
        return [file]


def _members(file: DiskFile, infos: Sequence[zipfile.ZipInfo]) -> list[Member]:
    archive = Archive(file)
    uses = Counter(_name(info) for info in infos)
    members = []
    for place, info in enumerate(infos):
        name = _name(info)
        parts = name.replace("\\", "/").split("/")
        if info.is_dir() or parts[0] == "__MACOSX" or parts[-1] in _DROPPINGS or parts[-1].startswith("._"):
            continue
        members.append(
            Member(
                archive=archive,
                place=place,
                member=_harmless(name),
                packed_size=min(info.compress_size, file.packed_size),
                size=info.file_size,
                check=info.CRC,
                refusal=_refusal(info, name, uses[name]),
            )
        )
    return members


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; without the mark of UTF-8 it is in the sender's own encoding, which is one of two."""
    name = info.orig_filename
    if info.flag_bits & _UTF_8_NAME:
        return name
    sent = name.encode("cp437", "replace")
    try:
        return sent.decode("utf-8")
    except UnicodeDecodeError:
        return sent.decode("gb18030", "replace")


def _harmless(name: str) -> str:
    """A name for terminals, logs and the database; what could steer them is replaced."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in name)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"


def _refusal(info: zipfile.ZipInfo, name: str, uses: int) -> str | None:
    parts = name.replace("\\", "/").split("/")
    mode = info.external_attr >> 16
    is_file = stat.S_ISREG(mode) or not stat.S_IFMT(mode)
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        return "The member's name leads out of the archive. Name it as a plain file and pack it again."
    if uses > 1:
        return "Several members have this name. Give each a name of its own."
    if not is_file:
        return "The member is a symbolic link, a device or a pipe. Pack the file itself."
    if info.flag_bits & _ENCRYPTED:
        return "The member is encrypted. Pack it without a password."
    if info.compress_type not in _METHODS:
        return "The member is compressed in a way that is not read. Pack it as ordinary ZIP (deflate)."
    return None
