"""What a request's resolvers need, passed in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, SelectionNode, VariableNode
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from api.auditing import Audit
from api.following import Following
from api.gate import Gate
from api.links import Links
from api.loaders import Loaders
from api.masking import Shown
from api.other_cases import OtherCases
from api.replays import Replayed, replay_loader
from schema.access_records import Scope, Viewer
from stores.bearer_tokens import BearerTokens
from stores.index_versions import IndexVersions
from stores.passwords import Passwords
from stores.postgres import Database
from stores.search.case_search import CaseSearch
from supervision.calendars import Calendar
from supervision.laws import Law


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the program. Its `database` shows nothing: a request reads in its own scope."""

    database: Database
    search: CaseSearch
    clock: Callable[[], datetime]
    law: Law
    calendar: Calendar
    passwords: Passwords
    tokens: BearerTokens
    versions: IndexVersions
    following: Following
    demo: bool = False
    """Whether the demo's accounts, whose password everybody knows, are let in."""


@dataclass(frozen=True, slots=True)
class Context:
    """What lives as long as one request."""

    services: Services
    database: Database
    """The record, of which row-level security shows what is in the scope of whoever calls."""
    loaders: Loaders
    replays: DataLoader[int, Replayed | None]
    other_cases: OtherCases
    links: Links
    viewer: Viewer
    audit: Audit

    @property
    def actor(self) -> str:
        """Who calls, as it is written into the history of what is changed."""
        return self.viewer.account.login

    @property
    def scope(self) -> Scope:
        """Whose cases whoever calls may see."""
        return self.viewer.scope

    @property
    def gate(self) -> Gate:
        """What lets records out."""
        return self.loaders.gate

    @property
    def shown(self) -> Shown:
        """How whoever calls is shown texts and names."""
        return Shown(self.scope)

    @classmethod
    def fresh(cls, services: Services, viewer: Viewer) -> "Context":
        """A context with loaders of its own."""
        database = services.database.acting(viewer.scope)
        loaders = Loaders(database, viewer.scope)
        others = OtherCases(database, loaders, viewer.scope)
        replays = replay_loader(loaders, others, Shown(viewer.scope), services.law, services.calendar)
        audit = Audit(services.database, viewer, services.versions)
        links = Links(database, loaders, viewer.scope, services.law, services.clock)
        return cls(services, database, loaders, replays, others, links, viewer, audit)


ApiInfo = Info[Context, None]


def selects(info: ApiInfo, *path: str) -> bool:
    """Whether a query selects a field somewhere below the one being resolved, such as `edges`, `node`.

    By name, whatever its alias; through fragments; not where @skip or @include leaves it out.
    """
    # Strawberry's own `selected_fields` writes every fragment out at every spread: some lines of nested fragments would
    # take it for ever.
    raw: Any = info._raw_info  # noqa: SLF001  the one way to the document, which Strawberry's Info does not show
    nodes: list[FieldNode] = raw.field_nodes
    for name in path:
        nodes = [node for node in _fields_below(raw, nodes) if node.name.value == name]
    return bool(nodes)


def _fields_below(raw: Any, nodes: Iterable[FieldNode]) -> Iterable[FieldNode]:
    seen: set[str] = set()
    waiting: list[SelectionNode] = [
        child for node in nodes if node.selection_set for child in node.selection_set.selections
    ]
    while waiting:
        selection = waiting.pop()
        if not _included(raw, selection):
            continue
        if isinstance(selection, FieldNode):
            yield selection
            continue
        fragment: Any = selection
        if isinstance(selection, FragmentSpreadNode):
            if selection.name.value in seen:
                continue
            seen.add(selection.name.value)
            fragment = raw.fragments[selection.name.value]
        waiting.extend(fragment.selection_set.selections)


def _included(raw: Any, selection: SelectionNode) -> bool:
    for directive in selection.directives or ():
        name = directive.name.value
        if name in {"skip", "include"}:
            # The one argument, `if`, is required: validation has seen to that.
            value: Any = (directive.arguments or ())[0].value
            holds = raw.variable_values[value.name.value] if isinstance(value, VariableNode) else value.value
            if holds is (name == "skip"):
                return False
    return True
