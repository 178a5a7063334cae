"""What a login may be. Pure."""

import re
from typing import Final

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")

LOGIN_TAKES: Final = (
    "A login has 2 to 64 characters: small Latin letters, digits, dots, hyphens and underscores, a letter or a digit "
    "first."
)


_DEMO: Final = "demo."


def is_demo_login(text: str) -> bool:
    """Whether this is an account of the demo, whose password everybody knows: only the demo lets it in."""
    return text.startswith(_DEMO)


def is_login(text: str) -> bool:
    """Whether somebody could sign in as this."""
    return _LOGIN.fullmatch(text) is not None
