"""The table of who may see what names every field of the API, agrees with the permissions, and is documented."""

import re
from collections.abc import Mapping
from typing import Final

import pytest

from schema.access_vocabularies import Permission, Role
from supervision.access import PERMISSIONS
from tests.acceptance.access_table import (
    DOCUMENT,
    TABLE,
    Cell,
    Seen,
    TableError,
    fields_of,
    main,
    printed_schema,
    read_table,
    written,
)

NAMES: Final = frozenset(
    {
        *("name", "text", "finding text", "criminal text", "run text", "clue text", "measure text", "campaign text"),
        *("duty crime text", "program text"),
    }
)
"""The classes in which persons are named."""

NEEDED: Final[Mapping[str, frozenset[Permission]]] = {
    **dict.fromkeys(("case", "name", "text"), frozenset({Permission.READ_CASES})),
    **dict.fromkeys(("finding", "finding text"), frozenset({Permission.READ_CASES, Permission.READ_FINDINGS})),
    **dict.fromkeys(("criminal", "criminal text"), frozenset({Permission.READ_CASES, Permission.READ_CRIMINAL_CASES})),
    **dict.fromkeys(("run", "run text"), frozenset({Permission.READ_CASES, Permission.READ_FEED_RUNS})),
    "sender": frozenset({Permission.READ_CASES, Permission.READ_FEED_RUNS, Permission.READ_ACCOUNTS}),
    "audit": frozenset({Permission.READ_AUDIT_TRAIL}),
    "audited case": frozenset({Permission.READ_AUDIT_TRAIL, Permission.READ_CASES}),
    **dict.fromkeys(("clue", "clue text"), frozenset({Permission.READ_CASES, Permission.READ_CLUES})),
    "queue": frozenset({Permission.READ_CASES, Permission.READ_FINDINGS, Permission.READ_CLUES}),
    **dict.fromkeys(("measure", "measure text"), frozenset({Permission.READ_CASES, Permission.READ_MEASURES})),
    # What an agency was sent, it is shown; not who works on it.
    "measure desk": frozenset({Permission.READ_FINDINGS, Permission.READ_MEASURES}),
    **dict.fromkeys(("campaign", "campaign text"), frozenset({Permission.READ_CASES, Permission.READ_CAMPAIGNS})),
    "activity clue": frozenset({Permission.READ_CASES, Permission.READ_CAMPAIGNS, Permission.READ_CLUES}),
    **dict.fromkeys(("duty crime", "duty crime text"), frozenset({Permission.READ_CASES, Permission.READ_CLUES})),
    # What a procuratorate runs itself is for none of its agencies, which read its measures but no findings.
    **dict.fromkeys(
        ("program", "program text", "figure"),
        frozenset({Permission.READ_CASES, Permission.READ_MEASURES, Permission.READ_FINDINGS}),
    ),
}
"""What one must be permitted to be shown a class of records."""

OF_ACCOUNTS: Final = frozenset({Permission.READ_ACCOUNTS, Permission.READ_CLUES})
"""Whoever has one of these is shown accounts: those in scope, or those that a clue names."""

FREE: Final = frozenset({"question", "self", "organisation", "law", "open"})


def test_every_field_of_the_api_is_in_the_table() -> None:
    known = read_table().class_of
    new = [field for field in fields_of(printed_schema()) if field not in known]
    assert not new, (
        f"{', '.join(new)}: new, and {TABLE.name} does not say who may see it. Put it under the class it belongs to in "
        f"{TABLE}, then run: python -m tests.acceptance.access_table --write"
    )


def test_every_field_in_the_table_is_in_the_api() -> None:
    served = set(fields_of(printed_schema()))
    gone = [field for field in read_table().class_of if field not in served]
    assert not gone, f"{', '.join(gone)}: in {TABLE.name}, and no field of the API any more. Take it out of {TABLE}."


@pytest.mark.parametrize("role", Role)
def test_the_table_shows_a_role_what_its_permissions_allow(role: Role) -> None:
    cells = {name: each.cells[role] for name, each in read_table().classes.items()}
    has = PERMISSIONS[role]
    for name, needed in NEEDED.items():
        if role is Role.MACHINE:
            expected = {Seen.FORBIDDEN}
        elif not needed <= has:
            expected = {Seen.HIDDEN}
        else:
            expected = {Seen.MASKED if name in NAMES and Permission.READ_NAMES not in has else Seen.SHOWN}
        assert {cells[name].within} == expected, name
        assert cells[name].beyond in expected | {Seen.HIDDEN}, name
    sees_accounts = bool(OF_ACCOUNTS & has)
    forbidden = Cell(Seen.FORBIDDEN, Seen.FORBIDDEN)
    hidden = forbidden if role is Role.MACHINE else Cell(Seen.HIDDEN, Seen.HIDDEN)
    assert cells["account"] == (Cell(Seen.SHOWN, Seen.HIDDEN) if sees_accounts else hidden)
    for name in FREE:
        beyond_machines = Seen.FORBIDDEN if role is Role.MACHINE and name != "self" else Seen.SHOWN
        assert cells[name] == Cell(beyond_machines, beyond_machines), name


@pytest.mark.parametrize("role", Role)
def test_an_action_is_for_whoever_has_its_permission(role: Role) -> None:
    classes = read_table().classes
    actions = {name: each.cells[role] for name, each in classes.items() if name.startswith("action: ")}
    assert actions
    for name, cell in actions.items():
        permitted = Permission(name.removeprefix("action: ")) in PERMISSIONS[role]
        assert cell == (Cell(Seen.SHOWN, Seen.HIDDEN) if permitted else Cell(Seen.FORBIDDEN, Seen.FORBIDDEN)), name
    refusals = {name.replace("action: ", "refusal: ") for name in actions}
    for name in refusals:
        permitted = Permission(name.removeprefix("refusal: ")) in PERMISSIONS[role]
        told = Seen.SHOWN if permitted else Seen.FORBIDDEN
        assert classes[name].cells[role] == Cell(told, told), name
    told_anything = {Seen.SHOWN} if any(cell.within is Seen.SHOWN for cell in actions.values()) else {Seen.FORBIDDEN}
    assert {classes["refusal"].cells[role].within} == told_anything
    assert set(classes) == {
        *(*NEEDED, *FREE, *actions, *refusals),
        *("account", "following", "following clues", "refusal"),
    }


@pytest.mark.parametrize("role", Role)
def test_a_load_is_followed_by_whoever_is_shown_it_and_by_machines(role: Role) -> None:
    classes = read_table().classes
    shown = Cell(Seen.SHOWN, Seen.HIDDEN)
    assert classes["following"].cells[role] == (shown if role is Role.MACHINE else classes["run"].cells[role])


@pytest.mark.parametrize("role", Role)
def test_clues_are_followed_by_whoever_is_shown_them(role: Role) -> None:
    classes = read_table().classes
    hidden = Cell(Seen.HIDDEN, Seen.HIDDEN)
    assert classes["following clues"].cells[role] == (hidden if role is Role.MACHINE else classes["clue"].cells[role])


def test_nobody_is_shown_more_of_what_is_out_of_scope() -> None:
    for each in read_table().classes.values():
        for role, cell in each.cells.items():
            assert cell.beyond.rank <= cell.within.rank, (each.name, role)


def test_whoever_does_not_supervise_sees_nothing_by_the_place_of_another() -> None:
    scoped = {name for name, each in read_table().classes.items() if each.by_scope}
    actions = {name for name in read_table().classes if name.startswith("action: ")}
    # Of counties everybody is told those in scope, in one list, and no others.
    assert scoped == {*NEEDED, *actions, "account", "following", "following clues"} - {"figure"}


def test_the_document_holds_the_table_as_it_is() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == written(document, read_table()), "Run: python -m tests.acceptance.access_table --write"
    assert main([]) == 0


def test_a_table_that_contradicts_itself_is_refused() -> None:
    whole = TABLE.read_text(encoding="utf-8")
    for changed, said in (
        (whole.replace("    Query: [viewer]", "    Query: [viewer, node]"), "stands under"),
        (whole.replace("hidden: [AUDITOR, ADMINISTRATOR]", "hidden: [AUDITOR]", 1), "does not say what ADMINISTRATOR"),
        (whole.replace("forbidden: [MACHINE]", "forbidden: [MACHINE, AUDITOR]", 1), "stands twice"),
        (re.sub(r"(?m)^  self:\n    Query: \[viewer\]\n", "", whole), "must stand under"),
    ):
        assert changed != whole
        with pytest.raises(TableError, match=said):
            read_table(changed)
