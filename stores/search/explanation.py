"""What a search is compiled to, for whoever asks why it found what it found: no server is asked."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Select
from sqlalchemy.dialects import postgresql

from stores.search.elastic_engine import compile_request
from stores.search.postgres_engine import count_statement, page_statement
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase
from stores.search.rendering import written
from stores.search.seam import SearchRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One request as each engine is asked; `sql` is the page, then the count with the facets where they are wanted."""

    interpreted_as: str
    tree: Node | None
    elasticsearch: dict[str, Any]
    sql: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The explanation as `jiandu search --explain --json` prints it."""
        return {
            "interpretedAs": self.interpreted_as,
            "tree": None if self.tree is None else _as_json(self.tree),
            "elasticsearch": self.elasticsearch,
            "sql": list(self.sql),
        }


def explanation_of(request: SearchRequest) -> Explanation:
    """Compile a request for both engines."""
    statements: list[Select[Any] | CompoundSelect[Any]] = [page_statement(request)]
    if request.count or request.facets:
        statements.append(count_statement(request))
    return Explanation(
        interpreted_as=request.query.interpreted_as,
        tree=request.query.tree,
        elasticsearch=compile_request(request),
        sql=tuple(map(_with_values, statements)),
    )


def _with_values(statement: Select[Any] | CompoundSelect[Any]) -> str:
    """A statement with its values in it, as psql takes it; its parameters have names, so that a % stays a %."""
    return str(
        statement.compile(
            dialect=postgresql.dialect(paramstyle="named"),  # type: ignore[no-untyped-call]  # has no types of its own
            compile_kwargs={"literal_binds": True},
        )
    )


def _as_json(node: Node) -> dict[str, Any]:
    match node:
        case Phrase(tokens, field):
            return {"phrase": written(tokens), "tokens": list(tokens), "field": field}
        case Not(operand):
            return {"not": _as_json(operand)}
        case AnyOf(operands):
            return {"any": [_as_json(operand) for operand in operands]}
        case AllOf(operands, whole):
            together = {"all": [_as_json(operand) for operand in operands]}
            return together if whole is None else {**together, "whole": _as_json(whole)}
