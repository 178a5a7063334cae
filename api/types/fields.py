"""How a field of a type is given a resolver."""

from collections.abc import Callable
from typing import Any

import strawberry


def resolved(resolver: Callable[..., Any], description: str) -> Any:
    """A field whose resolver answers the record (schema.records) that the field's annotated GraphQL type shows."""
    return strawberry.field(resolver=resolver, description=description)
