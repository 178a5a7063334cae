"""How a field of a type is given a resolver, and hidden from whoever may not know what it tells."""

from collections.abc import Callable
from typing import Any, Final

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension, SyncExtensionResolver
from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from api.paging import Connection, Page
from schema.access_vocabularies import Permission

_OF_A_CONNECTION: Final = frozenset({"total_count", "edges", "nodes", "page_info"})


def resolved(resolver: Callable[..., Any], description: str, *, needs: Permission | None = None) -> Any:
    """A field whose resolver answers the record (schema.records) that the field's annotated GraphQL type shows.

    To whoever lacks the permission that it `needs` it shows nothing: null, an empty list, 0.
    """
    extensions: list[FieldExtension] = [] if needs is None else [Needs(needs)]
    return strawberry.field(resolver=resolver, description=description, extensions=extensions)


class Needs(FieldExtension):
    """Shows nothing to whoever lacks a permission; the resolver is not even asked.

    Raises TypeError when the schema is built, for a field whose type cannot say nothing.
    """

    def __init__(self, permission: Permission) -> None:
        """What one must be permitted."""
        self.permission = permission
        self._nothing: Callable[[], Any] = _no_value

    def apply(self, field: StrawberryField) -> None:
        """Find out what nothing is for a field of this type."""
        nothing = _nothing_of(field.type)
        if nothing is None:
            raise TypeError(
                f"`{field.python_name}` cannot be hidden: make it nullable, a list, a connection or a number."
            )
        self._nothing = nothing

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Answer, or show nothing."""
        return next_(source, info, **kwargs) if self._may(info) else self._nothing()

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """Answer, or show nothing."""
        return await next_(source, info, **kwargs) if self._may(info) else self._nothing()

    def _may(self, info: strawberry.Info) -> bool:
        may: bool = info.context.viewer.may(self.permission)
        return may


def _nothing_of(type_: Any) -> Callable[[], Any] | None:
    """What makes nothing of a type; None where the type has no such value."""
    if isinstance(type_, StrawberryOptional):
        return _no_value
    if isinstance(type_, StrawberryList):
        return list
    if type_ is int:
        return int
    named = type_.resolve_type() if isinstance(type_, LazyType) else type_
    definition = get_object_definition(named)
    if definition is not None and {field.python_name for field in definition.fields} == _OF_A_CONNECTION:
        return _empty_connection
    return None


def _no_value() -> None:
    return None


def _empty_connection() -> Connection[Any]:
    async def page() -> Page[Any]:
        return Page((), has_next=False, has_previous=False)

    async def count() -> int:
        return 0

    return Connection(page, count)
