"""Files that a person writes by hand and a command reads: small, and in UTF-8."""

from pathlib import Path

from stores.errors import JianduError


def read_small_file(path: Path, *, most: int, what: str, error: type[JianduError]) -> str:
    """The text of a file of at most `most` bytes, which is longer than any of its kind (`layout`) is.

    Raises the error given, which names the file.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except (OSError, ValueError) as cause:
        raise error(f"{path} cannot be read: {getattr(cause, 'strerror', None) or 'no such name'}.") from cause
    if len(content) > most:
        raise error(f"{path} is longer than {most:,} bytes, which no {what} is.")
    try:
        return content.decode()
    except UnicodeDecodeError as cause:
        raise error(f"{path} is not in UTF-8. Save it as UTF-8.") from cause
