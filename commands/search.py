"""`jiandu search`: the API's search, for a terminal and for scripts."""

from dataclasses import replace
from html import unescape
from typing import Annotated, Any, Final

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from api.auditing import kept_text
from api.case_search import DEFAULT_PAGE, Hit, read_hits
from api.loaders import Loaders
from api.masking import Shown
from commands.audit import write_down
from commands.explanation import print_explanation
from commands.runtime import NOT_DONE, Runtime, print_json, printable, run, with_runtime
from schema.access_records import EVERYTHING
from schema.access_vocabularies import AuditAction
from schema.audit_records import Deed
from schema.vocabularies import AnomalyKind, CaseSort, Domain
from stores.errors import QuerySyntaxError
from stores.index_versions import IndexVersions
from stores.search.case_search import CaseSearch
from stores.search.explanation import explanation_of
from stores.search.parser import parse_query
from stores.search.query_tree import SearchQuery
from stores.search.seam import CaseFilter, SearchAnswer, SearchRequest, effective_sort
from stores.settings import Settings

SCOPE: Final = replace(EVERYTHING, names=False)
"""Whoever sits at the machine is its local administrator, who is shown no natural person's name and finds none."""

_MAX_FIRST = 100
# Around a mistake: as much as stands on one line of a terminal.
_SHOWN_BEFORE = 20
_SHOWN_BEHIND = 15


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help='Words; OR; -word; "a phrase"; field:word; parentheses.')],
    domain: Annotated[list[Domain] | None, typer.Option(help="Only this domain; may be repeated.")] = None,
    anomaly: Annotated[
        list[AnomalyKind] | None, typer.Option(help="With an open or confirmed finding of this kind; may be repeated.")
    ] = None,
    first: Annotated[int, typer.Option(min=0, max=_MAX_FIRST, help="How many hits.")] = DEFAULT_PAGE,
    explain: Annotated[
        bool, typer.Option("--explain", help="Parse tree, Elasticsearch request and SQL; no server is asked.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Search cases as `searchCases` does."""
    settings: Settings = context.obj
    parsed = _parsed(query)
    request = SearchRequest(
        scope=SCOPE,
        query=parsed,
        filter=CaseFilter(domains=tuple(domain or ()), anomalies=tuple(anomaly or ())),
        sort=effective_sort(CaseSort.RELEVANCE, parsed),
        first=first,
        after=None,
        count=True,
        facets=frozenset(),
    )
    if explain:
        explanation = explanation_of(request)
        if as_json:
            print_json(explanation.as_json())
        else:
            print_explanation(explanation)
        return

    async def work(runtime: Runtime) -> dict[str, Any]:
        answer = await CaseSearch(runtime.database, runtime.index).search(request)
        hits = await read_hits(Loaders(runtime.database, SCOPE), answer, request)
        await _write_down(runtime, query, request, answer, hits)
        return {
            "totalCount": answer.total,
            "engine": answer.engine,
            "degraded": answer.degraded,
            "interpretedAs": parsed.interpreted_as,
            "hits": [_hit(hit) for hit in hits],
        }

    found = run(lambda: with_runtime(settings, work))
    if as_json:
        print_json(found)
    else:
        _print(found)


async def _write_down(
    runtime: Runtime, query: str, request: SearchRequest, answer: SearchAnswer, hits: list[Hit]
) -> None:
    """What was searched and found, before any of it is printed."""
    asked = {"domains": list(request.filter.domains), "anomalies": list(request.filter.anomalies)}
    deed = Deed(
        action=AuditAction.SEARCH,
        operation="search",
        detail={"query": kept_text(query), "filter": asked, "first": request.first},
        case_ids=[hit.node.id for hit in hits],
        result_count=answer.total,
        index_version=await IndexVersions(runtime.index).of(answer.engine),
    )
    await write_down(runtime, "search", deed)


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "documentNumber": Shown(SCOPE).text(hit.node, hit.node.document_number),
        "agency": hit.node.agency.name,
        "party": Shown(SCOPE).name(hit.node.party),
        "score": hit.score,
        "highlights": [{"field": found.field, "fragments": found.fragments} for found in hit.highlights],
    }


def _parsed(query: str) -> SearchQuery:
    try:
        return parse_query(query)
    except QuerySyntaxError as error:
        typer.echo(f"jiandu: {error.message}\n{pointed(query, error.position)}", err=True)
        raise typer.Exit(NOT_DONE) from error


def pointed(query: str, position: int) -> str:
    """The query with a caret under a character; of a long one, what stands around it."""
    start, end = max(position - _SHOWN_BEFORE, 0), position + _SHOWN_BEHIND
    before = ("…" if start else "") + printable(query[start:position])
    behind = printable(query[position:end]) + ("…" if end < len(query) else "")
    # A Han character is two columns wide.
    return f"  {before}{behind}\n  {' ' * cell_len(before)}^"


def _print(found: dict[str, Any]) -> None:
    # Lines are the terminal's to break: whoever pipes them into another program wants them whole.
    console = Console(soft_wrap=True, highlight=False)
    degraded = ", degraded" if found["degraded"] else ""
    asked = f" for {printable(found['interpretedAs'])}" if found["interpretedAs"] else ""
    noun = "case" if found["totalCount"] == 1 else "cases"
    console.print(Text(f"{found['totalCount']} {noun}{asked} ({found['engine']}{degraded})"))
    for hit in found["hits"]:
        heading = f"{hit['documentNumber'] or '（无文号）'}  {hit['agency']}  {hit['party']}"
        console.print(Text(printable(heading), style="bold"))
        for highlight in hit["highlights"]:
            for fragment in highlight["fragments"]:
                console.print(Text("    ") + _marked(fragment))


def _marked(fragment: str) -> Text:
    """A fragment for a terminal: matches in colour instead of tags."""
    text = Text()
    for part in fragment.split("<em>"):
        matched, end, rest = part.rpartition("</em>")
        text.append(printable(unescape(matched)), style="red" if end else "")
        text.append(printable(unescape(rest)))
    return text
