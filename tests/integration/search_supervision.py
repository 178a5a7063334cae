"""The clues and measures of the corpus: seen by one desk, several, or nobody's; drafted, issued, sent to an agency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from schema.access_records import Desk
from schema.vocabularies import Department
from stores.postgres import Database

PREVENTION, LEADING = Department.PREVENTION, Department.INVESTIGATION_SUPERVISION
CITY, COUNTY = "试验市人民检察院", "试验县人民检察院"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure about a case: whose it is, to which agency of the corpus it goes, and whether it was issued."""

    home: str | None
    letter: str | None = None
    issued: bool = True


CLUES: Mapping[str, Sequence[Sequence[tuple[str | None, Department]]]] = {
    "W1": [[(COUNTY, PREVENTION)]],
    "W2": [[(CITY, LEADING), (COUNTY, PREVENTION)], [(CITY, PREVENTION)]],
    "X1": [[(CITY, LEADING)]],
    "X2": [[(COUNTY, PREVENTION)]],
    "P1": [[(None, PREVENTION)]],
    "H2": [[(COUNTY, LEADING)]],
}
"""Of each case its clues, and of each of them the desks that see it: a department of a procuratorate, or of none."""

MEASURES: Mapping[str, Sequence[Measured]] = {
    "W1": [Measured(COUNTY, "W")],
    "W2": [Measured(COUNTY, "W", issued=False)],
    "X1": [Measured(CITY, "X"), Measured(COUNTY)],
    "P1": [Measured(None, "P")],
    "T1": [Measured(CITY, issued=False)],
}

_CLUE = text("""
WITH opened AS (
  INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, sender_id,
                    opener_id, due_on, opened_at, last_step_at, desks)
  SELECT :number, '线索', 'FINDING', 'OTHER', 'NEW', :home, :department, a.id, a.id, a.id, '2024-12-31', now(), now(),
         CAST(:desks AS text[])
    FROM account a LIMIT 1
  RETURNING id
)
INSERT INTO clue_case (clue_id, case_id) SELECT id, :case_id FROM opened
""")
_MEASURE = text("""
WITH drafted AS (
  INSERT INTO measure (number, kind, status, title, text, addressee, agency_id, procuratorate_id, author_id, drafted_at,
                       issued_on)
  SELECT :number, 'RECOMMENDATION', :status, '建议', '建议', '某局', :agency_id, :home, a.id, now(),
         CASE WHEN CAST(:number AS text) IS NOT NULL THEN date '2024-06-01' END
    FROM account a LIMIT 1
  RETURNING id
)
INSERT INTO measure_case (measure_id, case_id) SELECT id, :case_id FROM drafted
""")


async def write_supervision(
    database: Database, cases: Mapping[str, int], agencies: Mapping[str, int], procuratorates: Mapping[str, int]
) -> None:
    """Write the clues and measures of cases by their labels."""
    async with database.begin() as connection:
        for label, clues in CLUES.items():
            for place, desks in enumerate(clues):
                home, department = desks[0]
                values = {
                    "number": f"{label}线索{place}号",
                    "home": None if home is None else procuratorates[home],
                    "department": department.value,
                    "desks": [str(each) for each in _desks(desks, procuratorates)],
                    "case_id": cases[label],
                }
                await connection.execute(_CLUE, values)
        for label, measures in MEASURES.items():
            for place, each in enumerate(measures):
                values = {
                    "number": f"{label}检建{place}号" if each.issued else None,
                    "status": "ISSUED" if each.issued else "DRAFT",
                    "agency_id": None if each.letter is None else agencies[each.letter],
                    "home": None if each.home is None else procuratorates[each.home],
                    "case_id": cases[label],
                }
                await connection.execute(_MEASURE, values)


def _desks(told: Sequence[tuple[str | None, Department]], procuratorates: Mapping[str, int]) -> list[Desk]:
    return [Desk(None if home is None else procuratorates[home], department) for home, department in told]


def clues_of(label: str, procuratorates: Mapping[str, int]) -> Sequence[Sequence[Desk]]:
    """The desks of each clue about a case."""
    return [_desks(clue, procuratorates) for clue in CLUES.get(label, ())]


def measures_of(
    label: str, agencies: Mapping[str, int], procuratorates: Mapping[str, int]
) -> Sequence[tuple[int | None, int | None]]:
    """Of each measure about a case whose it is, and to which agency it was issued."""
    return [
        (
            None if each.home is None else procuratorates[each.home],
            agencies[each.letter] if each.issued and each.letter is not None else None,
        )
        for each in MEASURES.get(label, ())
    ]
