"""Every error Jiandu raises on purpose, under one root.

An error's `code` is what a client reads in `extensions.code`, its message says what to do, and `extensions` holds
whatever else a client can use. Messages never hold a natural person's name, an identity number or a secret.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class JianduError(Exception):
    """Something is wrong that a person can put right."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, **extensions: Any) -> None:
        """Keep the sentence for the person and the details for the program."""
        super().__init__(message)
        self.message = message
        self.extensions: Mapping[str, Any] = extensions


class BadUserInputError(JianduError):
    """An argument cannot be used as it was given."""

    code = "BAD_USER_INPUT"


class LoginTakenError(BadUserInputError):
    """An account with this login exists already."""


class QuerySyntaxError(BadUserInputError):
    """A search query cannot be read; `position` counts code points from 0, `expected` names what could stand there."""

    def __init__(self, message: str, *, position: int, expected: tuple[str, ...] = ()) -> None:
        """Point at the character."""
        super().__init__(message, position=position, expected=list(expected))
        self.position = position
        self.expected = expected


class LimitExceededError(JianduError):
    """A request asks for more than one request may."""

    code = "LIMIT_EXCEEDED"


class UnauthenticatedError(JianduError):
    """Nobody is signed in, and this server answers nobody."""

    code = "UNAUTHENTICATED"


class ForbiddenError(JianduError):
    """Whoever is signed in may not do this."""

    code = "FORBIDDEN"


class RateLimitedError(JianduError):
    """Too much was tried in vain; `retry_after_seconds` says when to try again."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        """Say when."""
        super().__init__(message, retryAfterSeconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds


class UnavailableError(JianduError):
    """A server we depend on does not answer."""

    code = "UNAVAILABLE"


class CollisionError(UnavailableError):
    """Two transactions waited for each other, and this one was undone."""


class QueryTimeoutError(JianduError):
    """A server we depend on did not answer in time."""

    code = "TIMEOUT"


class SettingsError(JianduError):
    """A setting is missing or cannot be used."""

    code = "SETTINGS"


class DatabaseError(JianduError):
    """The database is not in a state this program can work with."""

    code = "DATABASE"


class SearchIndexError(JianduError):
    """The search index is not in a state this program can work with."""

    code = "INDEX"


class RefusedRequestError(SearchIndexError):
    """Elasticsearch calls the request itself wrong: a fault of ours, or an index mapped by another version."""


class ForeignAnswerError(SearchIndexError):
    """Elasticsearch counted or found a case that whoever asked may not know of: a fault of ours, or of the index."""


class UnreadableFeedError(JianduError):
    """A feed file cannot be read at all; nothing of it was stored."""

    code = "UNREADABLE_FEED"


class LayoutError(JianduError):
    """A file that describes an agency's own layout cannot be used."""

    code = "BAD_LAYOUT"


class LawError(JianduError):
    """A law that is to be tried cannot be read, or is not one the rules could be asked under."""

    code = "BAD_LAW"


class NameInUseError(JianduError):
    """What came under a name cannot be moved to another agency, which has records of its own there."""

    code = "NAME_IN_USE"


class SchemaFileError(JianduError):
    """A committed file is out of step with what it is made from."""

    code = "OUT_OF_STEP"
