"""Keys at rest: raw rows are encrypted with AES-GCM, identity numbers are kept as a keyed hash.

A key ring is written `id:base64` pairs, newest first. New rows use the newest key; older ones stay readable; identity
numbers are hashed under a key derived from the oldest, so that one person stays one person when keys are rotated.
Bearer tokens are signed, and the seals of the audit trail and the marks of covered cells made, under keys derived
from each.
"""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from stores.errors import SettingsError
from stores.settings import Settings

_NONCE_BYTES = 12
_KEY_BYTES = 32
_KEY_FILE = "data.key"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The data keys by id; `newest` encrypts and signs, `hash_key` hashes identity numbers."""

    newest: str
    ciphers: dict[str, AESGCM] = field(repr=False)
    hash_key: bytes = field(repr=False)
    signing_keys: dict[str, bytes] = field(repr=False)
    seal_keys: dict[str, bytes] = field(repr=False)
    """By the ids of the data keys they are derived from."""
    mark_keys: dict[str, bytes] = field(repr=False)

    def encrypt(self, raw: bytes, *, bound_to: bytes) -> bytes:
        """Encrypt under the newest key; `bound_to` must be given again to decrypt. Answers nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self.ciphers[self.newest].encrypt(nonce, raw, bound_to)

    def decrypt(self, key_id: str, sealed: bytes, *, bound_to: bytes) -> bytes:
        """Undo `encrypt`. Raises SettingsError when the key is not on the ring or does not fit."""
        cipher = self.ciphers.get(key_id)
        if cipher is None:
            raise SettingsError(
                f"JIANDU_DATA_KEY has no key named {key_id}: add the key the rows were encrypted under."
            )
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
        except InvalidTag as error:
            raise SettingsError(
                f"The key {key_id} in JIANDU_DATA_KEY does not open this row: it is another key."
            ) from error

    def seal_key(self, key_id: str) -> bytes:
        """The key of the seals made under a data key, 32 bytes. Raises SettingsError when it is not on the ring."""
        key = self.seal_keys.get(key_id)
        if key is None:
            raise SettingsError(f"JIANDU_DATA_KEY has no key named {key_id}: add the key the seals were made under.")
        return key

    def mark_tag(self, marked: bytes) -> bytes:
        """HMAC-SHA-256 of what a mark stands for, under a key derived from the newest, 32 bytes."""
        return hmac.digest(self.mark_keys[self.newest], marked, "sha256")

    def made_mark_tag(self, marked: bytes, beginning: bytes) -> bool:
        """Whether a tag that begins so was made with this ring, under whichever of its keys."""
        return any(
            hmac.compare_digest(hmac.digest(key, marked, "sha256")[: len(beginning)], beginning)
            for key in self.mark_keys.values()
        )

    def hash_bytes(self, data: bytes) -> bytes:
        """HMAC-SHA-256 of anything, 32 bytes."""
        return hmac.digest(self.hash_key, data, "sha256")

    def hash_identity(self, number: str) -> bytes:
        """HMAC-SHA-256 of an identity number, 32 bytes."""
        return self.hash_bytes(number.upper().encode())


def parse_key_ring(text: str, source: str = "JIANDU_DATA_KEY") -> KeyRing:
    """Read a key ring. Raises SettingsError that says which pair of its source is wrong, never showing a key."""
    keys: dict[str, bytes] = {}
    for place, pair in enumerate(text.split(","), start=1):
        key_id, separator, encoded = pair.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not separator or not key_id or len(key) != _KEY_BYTES or key_id in keys:
            raise SettingsError(
                f"{source}, pair {place}: write an id of its own, a colon and {_KEY_BYTES} bytes in base64."
            )
        keys[key_id] = key
    oldest = list(keys.values())[-1]
    return KeyRing(
        newest=next(iter(keys)),
        ciphers={key_id: AESGCM(key) for key_id, key in keys.items()},
        hash_key=hashlib.sha256(b"jiandu identity numbers" + oldest).digest(),
        signing_keys={key_id: _derived(key, b"jiandu bearer tokens") for key_id, key in keys.items()},
        seal_keys={key_id: _derived(key, b"jiandu audit seals") for key_id, key in keys.items()},
        mark_keys={key_id: _derived(key, b"jiandu marks of covered cells") for key_id, key in keys.items()},
    )


def _derived(key: bytes, purpose: bytes) -> bytes:
    """A key of its own for a purpose, from which neither the data key nor another purpose's can be told."""
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(key)


def load_key_ring(settings: Settings) -> KeyRing:
    """The key ring of the settings; with the embedded database it is made at first use, mode 0600, beside the data."""
    if settings.data_key is not None:
        return parse_key_ring(settings.data_key.get_secret_value())
    if not settings.embedded:
        raise SettingsError(
            "JIANDU_DATA_KEY is not set: rows of feeds are stored encrypted. Set it to id:key (base64)."
        )
    path = settings.data_dir.expanduser() / _KEY_FILE
    try:
        _create_key_file(path)
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The key file {path} cannot be used. Put the one from your backup there.") from error
    return parse_key_ring(text, str(path))


def _create_key_file(path: Path) -> None:
    """Write a new key under a name of its own and link it into place, so that of two processes one wins whole."""
    if path.exists():
        return
    key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"k1:{key}\n")
        # Rows that survive a power cut are worth nothing without their key.
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
