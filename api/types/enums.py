"""How a vocabulary becomes a GraphQL enum."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import strawberry

from schema.vocabularies import Labelled


def register_enum(
    members: type[StrEnum], description: str, values: Mapping[StrEnum, str], *, name: str | None = None
) -> None:
    """Register an enum with Strawberry, in place; the Chinese term of a labelled value is added to its description."""
    definition: Any = getattr(strawberry.enum(members, name=name, description=description), "__strawberry_definition__")  # noqa: B009  private to its owner's type, public in its documentation
    for value in definition.values:
        # What Strawberry keeps of a member is its bare value, without the label.
        member = members[value.name]
        label = f" {member.label}" if isinstance(member, Labelled) else ""
        value.description = f"{values[member]}{label}"
