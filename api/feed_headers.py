"""What a request says of the bytes it sends: which part of a file they are (RFC 9110), and their digests (RFC 9530)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stores.errors import BadUserInputError

_RANGE: Final = re.compile(r"bytes (?:([0-9]{1,18})-([0-9]{1,18})|\*)/([0-9]{1,18})")
_DIGEST: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):\s*(?=,|;|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRange:
    """The bytes of a file from `start` to before `end`, of `total`."""

    start: int
    end: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """The SHA-256 that the content of a request, and the whole file, are said to have."""

    content: bytes | None
    whole: bytes | None

    def of_content(self) -> "hashlib._Hash":
        """What the content's bytes are told to as they come."""
        return hashlib.sha256()


def content_range(header: str | None, length: int) -> ContentRange:
    """Which part of a file a request of so many bytes sends; without a header it is all of it.

    `bytes */total` with no bytes asks to load a file of which everything is there. Raises BadUserInputError.
    """
    if header is None:
        return ContentRange(start=0, end=length, total=length)
    found = _RANGE.fullmatch(header)
    if found is None:
        raise BadUserInputError("Content-Range says which bytes are sent: bytes FIRST-LAST/TOTAL.")
    total = int(found[3])
    start, end = (total, total) if found[1] is None else (int(found[1]), int(found[2]) + 1)
    if not start <= end <= total or end - start != length:
        raise BadUserInputError("Content-Range does not fit the bytes that are sent, or the total.")
    return ContentRange(start=start, end=end, total=total)


def digests(headers: Mapping[str, str]) -> Digests:
    """The digests that a request says its bytes have; algorithms besides SHA-256 say nothing to us."""
    return Digests(content=_sha256(headers.get("content-digest")), whole=_sha256(headers.get("repr-digest")))


def _sha256(header: str | None) -> bytes | None:
    if header is None:
        return None
    found = _DIGEST.search(header)
    if found is None:
        if "sha-256" not in header.lower():
            return None
        raise BadUserInputError("A digest is written sha-256=:BASE64: (RFC 9530).")
    try:
        digest = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != hashlib.sha256().digest_size:
        raise BadUserInputError("A digest is written sha-256=:BASE64: (RFC 9530).")
    return digest
