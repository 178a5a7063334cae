"""Hashers of passwords that cost a test nothing, and count what they are asked."""

from dataclasses import dataclass, field

from argon2 import PasswordHasher


@dataclass
class CheapHasher:
    """Argon2id with the least parameters there are."""

    time_cost: int = 1
    hashed: int = 0
    verified: list[str] = field(default_factory=list)

    @property
    def _argon2(self) -> PasswordHasher:
        return PasswordHasher(time_cost=self.time_cost, memory_cost=8, parallelism=1)

    def hash(self, password: str, /) -> str:
        self.hashed += 1
        return self._argon2.hash(password)

    def verify(self, kept: str, password: str, /) -> bool:
        self.verified.append(kept)
        return self._argon2.verify(kept, password)

    def check_needs_rehash(self, kept: str, /) -> bool:
        return self._argon2.check_needs_rehash(kept)
