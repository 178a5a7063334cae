"""Global ids: what `node(id:)` takes, and how an argument that names a record of one type is read."""

import binascii

from strawberry.relay.utils import from_base64, to_base64

from stores.errors import BadUserInputError

_MAX_ID = 2**63 - 1


def global_id(type_name: str, record_id: int) -> str:
    """The id of a record among all records of the API."""
    return to_base64(type_name, record_id)


def parse_global_id(text: str) -> tuple[str, int]:
    """Read a global id. Raises BadUserInputError for what no API of ours has given out."""
    try:
        type_name, record_id = from_base64(text)
        number = int(record_id)
    except (ValueError, binascii.Error) as error:
        raise BadUserInputError("This is no id of ours. Take `id` as a query returned it.") from error
    if not (record_id.isascii() and record_id.isdigit() and 0 < number <= _MAX_ID):
        raise BadUserInputError("This is no id of ours. Take `id` as a query returned it.")
    return type_name, number


def record_id(text: str, type_name: str, argument: str) -> int:
    """The key of a record of one type. Raises BadUserInputError, naming the argument, for an id of another type."""
    named, number = parse_global_id(text)
    if named != type_name:
        raise BadUserInputError(f"`{argument}` takes the id of a record of type {type_name}, not of type {named}.")
    return number
