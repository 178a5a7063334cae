"""The search document: its mapping with its version, and the one SQL text by which PostgreSQL builds it.

The document holds no text that could be read back: `_source` is off, because PostgreSQL is where a case is read from.
"""

from typing import Any, Final

from schema.vocabularies import AnomalyKind, Certainty, SearchField

MAPPING_VERSION: Final = 5
"""Raise it with any change of SETTINGS, MAPPING or DOCUMENT_SQL: an index of another version has to be rebuilt."""

NO_PROCURATORATE: Final = 0
"""`procuratorate_id` of a case whose agency no procuratorate supervises: nothing can be asked for a missing value."""

_TEXT = {
    "type": "text",
    # The text arrives as ready tokens with spaces between (schema.tokens): nothing is left for an analyzer to decide.
    "analyzer": "whitespace",
    # Pairs of neighbouring tokens are indexed as well, which turns a Han phrase into a few term look-ups.
    "index_phrases": True,
    # Scores come from the field that matched, never from lengths or frequencies, so that both engines rank alike.
    "norms": False,
}


def covered_field(field: SearchField) -> str:
    """Where the tokens of a field stand without natural persons' names, in a document that is `named` for having some.

    An agency's name has none.
    """
    return field.value if field is SearchField.AGENCY else f"covered_{field.value}"


SETTINGS: Final[dict[str, Any]] = {
    "number_of_shards": 1,
    # None on a single node, one wherever there is a second node to hold it.
    "auto_expand_replicas": "0-1",
    # The longest an old write may still be on its way; until then a delete keeps its version.
    "gc_deletes": "1h",
    # Wide enough for one page of the streaming comparison.
    "max_result_window": 10_000,
}

MAPPING: Final[dict[str, Any]] = {
    "dynamic": "strict",
    "_source": {"enabled": False},
    "_meta": {"mapping_version": MAPPING_VERSION},
    "properties": {
        "id": {"type": "long"},
        "domain": {"type": "keyword"},
        "agency_id": {"type": "long"},
        "procuratorate_id": {"type": "long"},
        "region": {"type": "keyword"},
        "party_uscc": {"type": "keyword"},
        "decided_on": {"type": "date", "format": "strict_date"},
        "decided_year": {"type": "keyword"},
        "fine_fen": {"type": "long"},
        "anomaly_count": {"type": "integer"},
        "findings": {"type": "keyword"},
        "clue_desks": {"type": "keyword"},
        "measure_readers": {"type": "keyword"},
        "named": {"type": "boolean"},
        **{field.value: _TEXT for field in SearchField},
        **{covered_field(field): _TEXT for field in SearchField if field is not SearchField.AGENCY},
    },
}


def finding_token(kind: AnomalyKind | None, rule: str | None, certainty: Certainty | None) -> str:
    """A token of `findings`: `kind/rule/certainty`, each of them left empty where it is not asked for.

    A document has all seven tokens of each finding that is open or confirmed, so that one token says what must hold of
    ONE finding. Neither a kind nor a certainty holds a slash.
    """
    return f"{kind or ''}/{rule or ''}/{certainty or ''}"


def author_token(procuratorate_id: int | None) -> str:
    """A token of `measure_readers`: those who see all measures of a procuratorate; None: those that are nobody's.

    A document has one of each measure about the case, and an `addressee_token` of each that was issued to an agency.
    `clue_desks` has every desk that sees a clue about it, as `schema.access_records.Desk` writes them.
    """
    return f"P{procuratorate_id or 0}"


def addressee_token(agency_id: int) -> str:
    """A token of `measure_readers`: an agency that sees the measures that were issued to it."""
    return f"A{agency_id}"


# json_agg would write each array on a line of its own, and in a bulk request a document is one line.
DOCUMENT_SQL: Final = """
SELECT c.id,
       c.revision,
       json_build_object(
         'id', c.id,
         'domain', c.domain,
         'agency_id', c.agency_id,
         'procuratorate_id', coalesce(a.procuratorate_id, 0),
         'region', a.region,
         'party_uscc', p.uscc,
         'decided_on', c.decided_on,
         'decided_year', to_char(c.decided_on, 'YYYY'),
         'fine_fen', (c.fine * 100)::bigint,
         'anomaly_count', c.anomaly_count,
         'findings', CASE WHEN c.anomaly_count > 0 THEN (
           SELECT array_agg(ARRAY[
                    f.kind || '/' || f.rule || '/' || f.certainty,
                    f.kind || '/' || f.rule || '/',
                    f.kind || '//' || f.certainty,
                    f.kind || '//',
                    '/' || f.rule || '/' || f.certainty,
                    '/' || f.rule || '/',
                    '//' || f.certainty
                  ])
             FROM anomaly f
            WHERE f.case_id = c.id AND f.status IN ('OPEN', 'CONFIRMED')
         ) END,
         'clue_desks', (
           SELECT array_agg(DISTINCT desk)
             FROM clue_case s JOIN clue k ON k.id = s.clue_id CROSS JOIN unnest(k.desks) AS desk
            WHERE s.case_id = c.id
         ),
         'measure_readers', (
           SELECT array_agg(DISTINCT reader)
             FROM measure_case s JOIN measure m ON m.id = s.measure_id
            CROSS JOIN unnest(ARRAY['P' || coalesce(m.procuratorate_id, 0),
                                    CASE WHEN m.number IS NOT NULL THEN 'A' || m.agency_id END]) AS reader
            WHERE s.case_id = c.id AND reader IS NOT NULL
         ),
         'number', json_build_array(t.number, t.filing_number),
         'title', t.title,
         'party', t.party,
         'agency', string_to_array(t.agency, '  '),
         'violation_type', t.violation_type,
         'facts', t.facts,
         'basis', t.basis,
         'content', t.content,
         'named', v.case_id IS NOT NULL,
         'covered_number', CASE WHEN v.case_id IS NOT NULL THEN
           string_to_array(v.number, '  ') || string_to_array(v.filing_number, '  ')
         END,
         'covered_title', string_to_array(v.title, '  '),
         'covered_party', v.party,
         'covered_violation_type', string_to_array(v.violation_type, '  '),
         'covered_facts', string_to_array(v.facts, '  '),
         'covered_basis', string_to_array(v.basis, '  '),
         'covered_content', string_to_array(v.content, '  ')
       )::text AS document
  FROM penalty_case c
  JOIN agency a ON a.id = c.agency_id
  JOIN party p ON p.id = c.party_id
  JOIN case_text t ON t.case_id = c.id
  LEFT JOIN case_text_covered v ON v.case_id = c.id
"""
"""Rows of (case id, revision, document as JSON text); the caller adds WHERE and ORDER BY."""
