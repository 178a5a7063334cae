"""What the meaning of a row depends on besides its bytes, as a digest: rows known by both need not be read again."""

import hashlib
from typing import Final

READING: Final = 2
"""Raise it when a row comes to be read otherwise than before, so that rows sent again are read again."""


def reading_of(*told: object) -> bytes:
    """The digest of all that a row is read by; each part must have a `repr` that tells it from any other."""
    return hashlib.sha256(repr((READING, *told)).encode("utf-8", "backslashreplace")).digest()
