"""Passwords at rest: hashed with Argon2id, checked a few at a time, and as much work for nobody as for somebody."""

import secrets
from functools import partial
from typing import Final, Protocol

import anyio
from anyio.to_thread import run_sync
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

# Each takes 64 MiB and four lanes for some tens of milliseconds.
_AT_ONCE: Final = 4


class Hasher(Protocol):
    """What argon2's PasswordHasher does."""

    def hash(self, password: str, /) -> str:
        """The hash of a password, with a salt of its own."""
        ...

    def verify(self, kept: str, password: str, /) -> bool:
        """Whether a password has this hash. Raises an error of argon2 where it has not."""
        ...

    def check_needs_rehash(self, kept: str, /) -> bool:
        """Whether a hash was made with other parameters than are used now."""
        ...


def standard_hasher() -> PasswordHasher:
    """Argon2id as RFC 9106 recommends where memory is scarce: 64 MiB, three passes, four lanes."""
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class Passwords:
    """Hashes and verifies in threads of their own, so that nobody who signs in keeps the others waiting."""

    def __init__(self, hasher: Hasher) -> None:
        """Take a hasher; one in a test is cheap."""
        self._hasher = hasher
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)
        self._nobodys = hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        return await run_sync(self._hasher.hash, password, limiter=self._limiter)

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one kept; with None it is nobody's, and that takes as long to find out."""
        work = partial(self._matches, self._nobodys if kept is None else kept, password)
        return await run_sync(work, limiter=self._limiter) and kept is not None

    def needs_rehash(self, kept: str) -> bool:
        """Whether a hash should be made anew, now that the password is at hand."""
        return self._hasher.check_needs_rehash(kept)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
