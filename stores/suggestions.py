"""What somebody who types may mean: numbers, parties, agencies and statutes that begin with what was typed so far.

Beginnings are compared token by token (schema.tokens), as a search compares words; only a run of Latin letters and
digits that was typed last may go on. Agencies and statutes are few and are found by any later part of a name too.
Natural persons are never suggested: not as parties, and no number that holds a name of theirs.
"""

from collections.abc import Callable
from functools import cache
from string import Template

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.records import Suggestion
from schema.tables import SUGGESTED_PARTY
from schema.tokens import token_text, tokens
from schema.vocabularies import SuggestionKind
from stores.errors import BadUserInputError
from stores.search.scope import in_scope, scope_parameters
from stores.search.words import synonym_groups

MAX_PREFIX = 200
"""Code points in the longest prefix: no shorter than the longest name there is."""

_MIN_INSIDE = 2
"""Characters that a later part of a name must begin with to be found by: one alone stands in nearly every name."""

_LAST_CHARACTER = "\U0010ffff"
_STATE = token_text("中华人民共和国")
_STATUTE_ENDINGS = ("法", "条例", "办法", "规定", "规则", "细则", "解释", "标准", "规范")

# Goes from each length that there is to the next, and takes the first that begin so of each, until there are enough: a
# few look-ups in an index for every length, however many begin so. OFFSET 0 keeps the first from being looked up twice,
# for themselves and for their number.
_WALK = Template("""
$walk(length, ids, found) AS (
  SELECT length(CAST(:begins AS text)), CAST(ARRAY[] AS bigint[]), 0
  UNION ALL
  SELECT longer.length, hits.ids, walked.found + cardinality(hits.ids)
    FROM $walk walked
   CROSS JOIN LATERAL ($longer) longer
   CROSS JOIN LATERAL (
     SELECT ARRAY(
       SELECT $id FROM (
         SELECT $distinct r.$id, r.$tokens FROM $table r
          WHERE $length = longer.length AND r.$tokens ~>=~ :begins AND r.$tokens ~<~ :ends AND $which
            AND $unless
          ORDER BY r.$tokens USING ~<~, $order
          LIMIT CAST(:first AS integer) - walked.found
       ) hit
     ) AS ids
    OFFSET 0
   ) hits
   WHERE walked.found < :first
)
""")

_LONGER_NUMBER = Template("""
     SELECT length(r.$tokens) AS length FROM case_text r WHERE length(r.$tokens) > walked.length AND r.$tokens <> ''
      ORDER BY length(r.$tokens) LIMIT 1
""")

# The database answers this for all parties: among those in scope alone it would walk past all others.
_LONGER_PARTY = """
     SELECT length FROM (SELECT party_length_above(walked.length) OFFSET 0) AS above(length) WHERE length IS NOT NULL
"""

# As one value a row, which is looked up in passing: it can never become a join with every case there is.
_NO_PERSON = Template("""
(SELECT NOT coalesce(bool_or(strpos(c.$number, person.name) > 0), false)
   FROM penalty_case c JOIN party p ON p.id = c.party_id,
        unnest(c.person_names || p.representative_names || CASE WHEN p.type = 'PERSON' THEN p.name END) AS person(name)
  WHERE c.id = r.case_id AND person.name <> '')
AND (CAST(:scope_everything AS boolean)
     OR (SELECT $in_scope FROM penalty_case c WHERE c.id = r.case_id))
""")

_PARTY_IN_SCOPE = Template("""
(CAST(:scope_everything AS boolean)
 OR (SELECT coalesce(bool_or($in_scope), false) FROM penalty_case c WHERE c.party_id = r.id))
""")

# 0 where one of the names was typed in full, 1 where one begins so, 2 where a later part does: between two of the names
# are two spaces.
_RANK = """
CASE WHEN strpos(' ' || r.name_tokens || ' ', ' ' || :begins || '  ') > 0 THEN 0
     WHEN strpos(r.name_tokens, :begins) = 1 OR strpos(r.name_tokens, ' ' || :begins) > 0 THEN 1
     ELSE 2 END
"""

_STATEMENT = Template("""
WITH RECURSIVE
$walks,
candidate(kind, rank, size, tokens, id, name) AS (
  SELECT 'NUMBER', CASE WHEN t.number = :begins || ' ' THEN 0 ELSE 1 END, length(t.number), t.number, c.id,
         c.document_number
    FROM document_numbers w, unnest(w.ids) AS hit(id)
    JOIN penalty_case c ON c.id = hit.id JOIN case_text t ON t.case_id = c.id
  UNION ALL
  SELECT 'NUMBER', CASE WHEN t.filing_number = :begins || ' ' THEN 0 ELSE 1 END, length(t.filing_number),
         t.filing_number, c.id, c.filing_number
    FROM filing_numbers w, unnest(w.ids) AS hit(id)
    JOIN penalty_case c ON c.id = hit.id JOIN case_text t ON t.case_id = c.id
   WHERE c.filing_number IS DISTINCT FROM c.document_number
  UNION ALL
  SELECT 'PARTY', CASE WHEN p.name_tokens = :begins || ' ' THEN 0 ELSE 1 END, p.name_length, p.name_tokens,
         p.id, p.name
    FROM parties w, unnest(w.ids) AS hit(id) JOIN party p ON p.id = hit.id
  UNION ALL
  SELECT 'AGENCY', $rank, length(r.name), r.name, r.id, r.name
    FROM agency r
   WHERE strpos(r.name_tokens, :begins) > 0 AND $agency_in_scope
  UNION ALL
  SELECT 'STATUTE', CASE WHEN r.name_tokens = ANY (CAST(:meant AS text[])) THEN 0
                         WHEN r.name_tokens = ANY (CAST(:perhaps_meant AS text[])) THEN 1 ELSE $rank END,
         length(r.name), r.name, NULL, r.name
    FROM statute r
   WHERE strpos(r.name_tokens, :begins) > 0
      OR r.name_tokens = ANY (CAST(:meant AS text[])) OR r.name_tokens = ANY (CAST(:perhaps_meant AS text[]))
),
placed AS (
  SELECT candidate.*, row_number() OVER (
           PARTITION BY kind ORDER BY rank, size, tokens COLLATE "C", id, name COLLATE "C"
         ) AS place
    FROM candidate
   WHERE rank < 2 OR :inside
)
SELECT kind, id, name FROM placed
 ORDER BY rank > 0, place, array_position(CAST(:kinds AS text[]), kind)
 LIMIT :first
""")


async def read_suggestions(connection: AsyncConnection, scope: Scope, prefix: str, first: int) -> list[Suggestion]:
    """At most `first` suggestions, whose order is total: what was typed in full, then of each kind one after another.

    Of a kind the best come first: names that begin so, then names of which a later part does, the shorter before the
    longer. Parties of one name are one suggestion. A prefix without any letter or digit suggests nothing. Numbers and
    parties are those of cases in scope, and agencies those whose cases are; statutes are everybody's.

    Raises:
        BadUserInputError: The prefix is too long.
    """
    if len(prefix) > MAX_PREFIX:
        raise BadUserInputError(f"Type at most {MAX_PREFIX} characters to get suggestions.")
    typed = tokens(prefix)
    if not typed or first == 0:
        return []
    begins = f" {' '.join(typed)}"
    rows = await connection.execute(
        _statement(),
        {
            "begins": begins,
            "ends": begins + _LAST_CHARACTER,
            "inside": sum(map(len, typed)) >= _MIN_INSIDE,
            "meant": _statutes_called(lambda name: name == f"{begins} "),
            "perhaps_meant": _statutes_called(lambda name: name.startswith(begins)),
            "kinds": [kind.value for kind in SuggestionKind],
            "first": first,
            **scope_parameters(scope),
        },
    )
    return [Suggestion(kind=SuggestionKind(row.kind), text=row.name, record_id=row.id) for row in rows]


def _statutes_called(is_typed: Callable[[str], bool]) -> list[str]:
    """The tokens under which statutes stand that have another name, such as 固废法, which is what was typed."""
    return [
        name_tokens
        for names in _names_of_statutes()
        if any(map(is_typed, names))
        for name in names
        if not is_typed(name)
        for name_tokens in (name, f"{_STATE}{name[1:]}{name}")
    ]


@cache
def _names_of_statutes() -> list[list[str]]:
    """The tokens of the names that mean the same statute, for each that has several."""
    return [
        [token_text(name) for name in names]
        for names in synonym_groups()
        if any(name.endswith(_STATUTE_ENDINGS) for name in names)
    ]


@cache
def _statement() -> TextClause:
    walks = [
        _WALK.substitute(
            walk=f"{number}s",
            table="case_text",
            id="case_id",
            tokens=tokens_of,
            longer=_LONGER_NUMBER.substitute(tokens=tokens_of),
            length=f"length(r.{tokens_of})",
            which=f"r.{tokens_of} <> ''",
            unless=_NO_PERSON.substitute(number=number, in_scope=in_scope("c.agency_id")),
            distinct="",
            order="r.case_id",
        )
        for number, tokens_of in (("document_number", "number"), ("filing_number", "filing_number"))
    ]
    walks.append(
        _WALK.substitute(
            walk="parties",
            table="party",
            id="id",
            tokens="name_tokens",
            longer=_LONGER_PARTY,
            length="r.name_length",
            which=SUGGESTED_PARTY,
            unless=_PARTY_IN_SCOPE.substitute(in_scope=in_scope("c.agency_id")),
            distinct="DISTINCT ON (r.name_tokens)",
            order="(r.uscc IS NULL), r.id",
        )
    )
    return text(_STATEMENT.substitute(walks=",".join(walks), rank=_RANK, agency_in_scope=in_scope("r.id")))
