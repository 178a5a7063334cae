"""The driver's errors in our words, where what it was sent may tell of a natural person."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Error, OperationalError
from psycopg.errors import DeadlockDetected

from stores.errors import CollisionError, DatabaseError, UnavailableError


@contextmanager
def quoting_nothing() -> Iterator[None]:
    """PostgreSQL's errors in our words: its own quote the row they are about, which may tell of a natural person."""
    try:
        yield
    except DeadlockDetected:
        raise CollisionError("Others change the same cases at this moment: nothing was loaded. Try again.") from None
    except OperationalError:
        raise UnavailableError("PostgreSQL ended the connection during the load. Check it and load again.") from None
    except Error as error:
        what = error.diag.constraint_name or error.sqlstate or type(error).__name__
        raise DatabaseError(
            f"PostgreSQL refused a batch of rows ({what}); nothing of the file was stored. This is a fault of Jiandu."
        ) from None
