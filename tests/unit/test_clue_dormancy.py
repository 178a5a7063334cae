"""Clues that lie still: on which day one is dormant, and to whom it has risen."""

from datetime import date, timedelta

import pytest

from schema.supervision_vocabularies import ClueClass, ClueRise, ClueStatus
from schema.vocabularies import Department
from supervision.clue_dormancy import Activity, dormant_since, risen_to
from supervision.clue_limits import clue_limits, default_due_day
from supervision.clue_numbers import clue_number
from supervision.desks import ABBREVIATIONS

LAST = date(2026, 2, 20)
FAR = date(2026, 12, 31)


def lying(
    status: ClueStatus = ClueStatus.ASSIGNED, last: date = LAST, due: date = FAR, *, acknowledged: bool = False
) -> Activity:
    return Activity(status=status, last_step_on=last, due_on=due, acknowledged=acknowledged)


@pytest.mark.parametrize(
    ("days", "risen"),
    [
        (0, None),
        (15, None),
        (16, ClueRise.DEPARTMENT_HEAD),
        (17, ClueRise.DEPARTMENT_HEAD),
        (30, ClueRise.DEPARTMENT_HEAD),
        (31, ClueRise.CHIEF),
        (32, ClueRise.CHIEF),
    ],
)
def test_a_clue_without_a_step_rises_to_the_head_and_then_to_the_chief(days: int, risen: ClueRise | None) -> None:
    assert risen_to(lying(), LAST + timedelta(days=days)) is risen
    closed = lying(ClueStatus.CLOSED)
    assert risen_to(closed, LAST + timedelta(days=days)) is risen


@pytest.mark.parametrize(
    ("days", "risen"),
    [
        (-1, None),
        (0, None),
        (1, ClueRise.DEPARTMENT_HEAD),
        (15, ClueRise.DEPARTMENT_HEAD),
        (16, ClueRise.CHIEF),
    ],
)
def test_a_clue_past_its_due_day_rises(days: int, risen: ClueRise | None) -> None:
    due = LAST + timedelta(days=3)
    assert risen_to(lying(due=due), due + timedelta(days=days)) is risen


@pytest.mark.parametrize(("days", "risen"), [(14, ClueRise.DEPARTMENT_HEAD), (15, ClueRise.CHIEF)])
def test_a_clue_past_its_due_day_that_is_worked_on_does_not_rise_to_the_chief(days: int, risen: ClueRise) -> None:
    worked_on = lying(last=LAST + timedelta(days=10), due=LAST)
    assert risen_to(worked_on, worked_on.last_step_on + timedelta(days=days)) is risen


def test_a_closed_clue_has_kept_its_limit_and_one_that_was_taken_note_of_is_finished() -> None:
    assert risen_to(lying(ClueStatus.CLOSED, due=LAST), LAST + timedelta(days=2)) is None
    assert dormant_since(lying(ClueStatus.CLOSED, acknowledged=True), FAR) is None
    assert risen_to(lying(ClueStatus.CLOSED, acknowledged=True), FAR) is None


def test_a_clue_is_due_thirty_days_after_it_is_opened_where_nobody_named_a_day() -> None:
    assert default_due_day(ClueClass.OTHER, date(2026, 3, 2)) == date(2026, 4, 1)
    assert default_due_day(ClueClass.DUTY_CRIME, date(2026, 3, 2)) == date(2026, 4, 1)
    # 规则2012 art. 165: three months, until the end of 2019.
    assert default_due_day(ClueClass.DUTY_CRIME, date(2019, 12, 29)) == date(2020, 3, 29)
    assert default_due_day(ClueClass.DUTY_CRIME, date(2019, 12, 30)) == date(2020, 1, 29)


def test_a_limit_without_a_source_is_a_setting() -> None:
    assert {value.code: value.is_setting for value in clue_limits()} == {
        "clue.limit": True,
        "clue.reply": False,
        "clue.still": True,
        "clue.rise": True,
    }


def test_the_numbers_of_two_counties_and_of_two_departments_differ() -> None:
    assert clue_number("宛城区人民检察院", Department.INVESTIGATION_SUPERVISION, 2026, 3) == "宛城区线索〔2026〕侦监3号"
    assert clue_number(None, Department.PREVENTION, 2026, 1) == "线索〔2026〕预防1号"
    assert len(set(ABBREVIATIONS.values())) == len(Department)
