"""What a request's resolvers need, passed in."""

from dataclasses import dataclass

from strawberry.types import Info

from api.loaders import Loaders
from stores.postgres import Database
from stores.search.seam import CaseSearch


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the program."""

    database: Database
    search: CaseSearch


@dataclass(frozen=True, slots=True)
class Context:
    """What lives as long as one request."""

    services: Services
    loaders: Loaders

    @classmethod
    def fresh(cls, services: Services) -> "Context":
        """A context with loaders of its own."""
        return cls(services, Loaders(services.database))


ApiInfo = Info[Context, None]


def selects(info: ApiInfo, *path: str) -> bool:
    """Whether a query selects a field somewhere below the one being resolved, such as `edges`, `node`."""
    fields = list(info.selected_fields[0].selections)
    for name in path:
        found = []
        while fields:
            selection = fields.pop()
            if getattr(selection, "name", None) == name and hasattr(selection, "arguments"):
                found.append(selection)
            elif not hasattr(selection, "arguments"):
                fields.extend(selection.selections)
        if not found:
            return False
        fields = [selection for field in found for selection in field.selections]
    return True
