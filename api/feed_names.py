"""The names in the address of a feed: whose it is, and what its file is called. Everything here is hostile."""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote_to_bytes

from api.ids import global_id
from stores.errors import BadUserInputError
from stores.feed_deliveries import SendingAgency

MAX_NAME_BYTES: Final = 200

_SEGMENTS: Final = 3
# What some system takes for more than a part of a name; and what is still encoded was encoded twice.
_FORBIDDEN: Final = re.compile(r'[/\\:*?"<>|%]')
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def address_parts(raw_path: bytes) -> tuple[str, str]:
    """The agency and the file's name in a path as it was sent, `/feeds/{agency}/{name}`. Raises BadUserInputError."""
    segments = raw_path.split(b"/")[1:]
    if len(segments) != _SEGMENTS or not segments[1]:
        raise BadUserInputError("A feed is sent to /feeds/{agency}/{name}: two names, URL-encoded.")
    try:
        agency, name = (unquote_to_bytes(segment).decode() for segment in segments[1:])
    except UnicodeDecodeError as error:
        raise BadUserInputError("The names in the address are UTF-8, URL-encoded.") from error
    return agency, _plain_name(name)


def is_called(agency: SendingAgency, text: str) -> bool:
    """Whether an agency is meant: by its id, its credit code or its registered name."""
    return text in {str(agency.id), global_id("Agency", agency.id), agency.name, agency.uscc or agency.name}


def _plain_name(name: str) -> str:
    """A file's name as it stands. Raises BadUserInputError for one that is more, or less, than a plain name."""
    if not name or len(name.encode()) > MAX_NAME_BYTES:
        raise BadUserInputError(f"The file's name has 1 to {MAX_NAME_BYTES} bytes in UTF-8.")
    odd = _FORBIDDEN.search(name) or any(unicodedata.category(character) in _HIDDEN_CATEGORIES for character in name)
    if odd or name[0] in ".~- " or name[-1] in ". " or _DEVICE.match(name):
        raise BadUserInputError(
            "Give the file a plain name, such as cases-2024-06.csv: no folder, no sign that a system reads otherwise,"
            " no point, blank, ~ or - at its beginning, no point or blank at its end, no name of a device."
        )
    return name
