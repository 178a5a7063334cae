"""`jiandu search`: the API's search, for a terminal and for scripts."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from api.case_search import DEFAULT_PAGE, Hit, read_hits
from api.loaders import Loaders
from api.masking import shown_name
from commands.runtime import Runtime, print_json, run, with_runtime
from schema.vocabularies import CaseSort, Domain
from stores.search.elastic_engine import ElasticEngine
from stores.search.parser import parse_query
from stores.search.postgres_engine import PostgresEngine
from stores.search.seam import CaseFilter, CaseSearch, SearchRequest, effective_sort
from stores.settings import Settings

_MAX_FIRST = 100


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help='Words; OR; -word; "a phrase"; field:word; parentheses.')],
    domain: Annotated[list[Domain] | None, typer.Option(help="Only this domain; may be repeated.")] = None,
    first: Annotated[int, typer.Option(min=0, max=_MAX_FIRST, help="How many hits.")] = DEFAULT_PAGE,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Search cases as `searchCases` does."""
    settings: Settings = context.obj
    parsed = parse_query(query)

    async def work(runtime: Runtime) -> dict[str, Any]:
        elastic = None if runtime.index is None else ElasticEngine(runtime.index)
        answer = await CaseSearch(PostgresEngine(runtime.database), elastic).search(
            SearchRequest(
                query=parsed,
                filter=CaseFilter(domains=tuple(domain or ())),
                sort=effective_sort(CaseSort.RELEVANCE, parsed),
                first=first,
                after=None,
                count=True,
                facets=frozenset(),
            )
        )
        hits = await read_hits(Loaders(runtime.database), answer, parsed)
        return {
            "totalCount": answer.total,
            "engine": answer.engine,
            "degraded": answer.degraded,
            "interpretedAs": parsed.interpreted_as,
            "hits": [_hit(hit) for hit in hits],
        }

    found = run(lambda: with_runtime(settings, work)) or {}
    if as_json:
        print_json(found)
    else:
        _print(found)


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "documentNumber": hit.node.document_number,
        "agency": hit.node.agency.name,
        "party": shown_name(hit.node.party),
        "score": hit.score,
        "highlights": [{"field": found.field, "fragments": found.fragments} for found in hit.highlights],
    }


def _print(found: dict[str, Any]) -> None:
    console = Console()
    degraded = ", degraded" if found["degraded"] else ""
    console.print(Text(f"{found['totalCount']} cases for {found['interpretedAs']} ({found['engine']}{degraded})"))
    for hit in found["hits"]:
        console.print(Text(f"{hit['documentNumber'] or '（无文号）'}  {hit['agency']}  {hit['party']}", style="bold"))
        for highlight in hit["highlights"]:
            for fragment in highlight["fragments"]:
                console.print(Text("    ") + _marked(fragment))


def _marked(fragment: str) -> Text:
    """A fragment for a terminal: matches in colour instead of tags."""
    text = Text()
    for part in fragment.split("<em>"):
        matched, end, rest = part.partition("</em>")
        text.append(_unescaped(matched), style="red" if end else "")
        text.append(_unescaped(rest))
    return text


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
