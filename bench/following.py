"""What happens to the generator's cases: entered late, transferred, sued over, enforced; the same every time.

The shares are about a city's: most fines are paid and nothing follows. The rows are of our own feed format, so that the
reader that reads an agency's feed makes the records out of them.
"""

import itertools
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from bench.generator import SEED, Row, case_rows

PUBLISHED: Final = 10
"""Cases in a hundred that are known from the published table alone."""

_OPEN: Final = 3
_CRIMES: Final = 5
_REMEDIES: Final = 5
_COERCED: Final = 5
_MEASURES: Final = 2
# Of the fines that are not paid, and those are 30 in a hundred.
_ENFORCED_OF_UNPAID: Final = 62
_TWINS: Final = 1
_DECISION: Final = (
    *("decidedOn", "servedOn", "serviceMethod", "enteredAt", "fine", "confiscated", "penaltyKinds", "penaltyContent"),
    *("paymentDueOn", "paidOn", "paidAmount"),
)
_PUBLISHED_FIELDS: Final = frozenset(
    {
        *("kind", "agency", "documentNumber", "violationType", "party", "facts", "legalBasis", "penaltyKinds"),
        *("penaltyContent", "fine", "confiscated", "decidedOn"),
    }
)
_ACTS: Final = ("划拨存款", "查封厂房", "催告履行", "拆除地上建筑物", "拍卖查封的设备")
_INQUIRIES: Final = ("询问犯罪嫌疑人", "委托鉴定", "现场勘验", "调取账册")


def city_rows(count: int, seed: int = SEED) -> Iterator[list[Row]]:
    """Cases as a city has them, each as one list: its own row first, then the rows of what follows it."""
    life = _Life(seed)
    return itertools.islice((rows for case in case_rows(count, seed) for rows in life.cases_of(case)), count)


def is_published_only(rows: list[Row]) -> bool:
    """Whether a case is one of those that only the published table tells of."""
    return len(rows) == 1 and rows[0].keys() <= _PUBLISHED_FIELDS


class _Life:
    """Draws what happens to one case after the other."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed + 1)  # noqa: S311  the same life every time is the point

    def cases_of(self, case: Row) -> Iterator[list[Row]]:
        """The case, and sometimes a second one: the same agency fines the same party for the same act again."""
        yield self._rows_of(case)
        if self._happens(_TWINS):
            again = {"documentNumber": case["documentNumber"].replace("号", "-1号"), "title": f"{case['title']}（二）"}
            number = {"filingNumber": case["filingNumber"].replace("号", "-1号")}
            yield self._rows_of(case | again | number)

    def _rows_of(self, case: Row) -> list[Row]:
        if self._happens(PUBLISHED):
            return [{name: value for name, value in case.items() if name in _PUBLISHED_FIELDS}]
        case = dict(case)
        found_on = date.fromisoformat(case["foundOn"])
        if self._happens(50):
            case["actEndedOn"] = (found_on - timedelta(days=self._days(0, 400))).isoformat()
        if self._happens(_OPEN):
            case = {name: value for name, value in case.items() if name not in _DECISION}
            return [case, *self._coerced(case, found_on), *self._crime(case, found_on)]
        decided_on = date.fromisoformat(case["decidedOn"])
        served_on = self._late(case, decided_on)
        if self._happens(4):
            # A big case that took longer than it should have.
            case["filedOn"] = (decided_on - timedelta(days=self._days(80, 400))).isoformat()
        return [
            case,
            *self._coerced(case, found_on),
            *self._crime(case, decided_on),
            *self._remedy(case, served_on),
            *self._enforced(case, served_on),
            *self._measured(case, decided_on),
        ]

    def _happens(self, percent: int) -> bool:
        return self._chance.random() * 100 < percent

    def _days(self, least: int, most: int) -> int:
        return self._chance.randint(least, most)

    def _after(self, day: date, least: int, most: int) -> date:
        return day + timedelta(days=self._days(least, most))

    def _late(self, case: Row, decided_on: date) -> date:
        """Serve some decisions late, and enter some late."""
        served_on = date.fromisoformat(case["servedOn"])
        if self._happens(5):
            served_on = self._after(decided_on, 8, 60)
            case["servedOn"] = served_on.isoformat()
            case["serviceMethod"] = self._chance.choice(("DIRECT", "MAIL", "NOTICE"))
        if self._happens(8):
            case["enteredAt"] = f"{self._after(served_on, 8, 90).isoformat()}T10:00:00+08:00"
        if self._happens(1):
            del case["legalBasis"]
        return served_on

    def _crime(self, case: Row, known_on: date) -> Iterator[Row]:
        """A transfer, and most times what the police decided of it."""
        if not self._happens(_CRIMES):
            return
        approved_on = self._after(known_on, -20, 30)
        refused = self._happens(10)
        handed_over_on = None if refused else self._after(approved_on, 0, 3)
        yield _row(
            case,
            "transfer",
            reportedOn=approved_on - timedelta(days=2),
            decidedOn=approved_on,
            decision="REFUSED" if refused else "APPROVED",
            refusalReason="情节轻微" if refused else None,
            transferredOn=handed_over_on,
            toOrgan=None if refused else "示例市公安局",
            receivedOn=handed_over_on if self._happens(80) else None,
            returnedOn=None,
        )
        if handed_over_on is None or not self._happens(85):
            return
        decided_on = self._after(handed_over_on, 1, 45)
        filed = self._happens(75)
        begun_on = self._after(decided_on, 0, 20)
        held = filed and self._happens(50)
        concluded_on = self._after(begun_on, 40, 400) if filed and self._happens(70) else None
        yield _row(
            case,
            "criminal_case",
            caseNumber=f"A{case['documentNumber'][-8:]}",
            organ="示例市公安局",
            decision="FILED" if filed else "NOT_FILED",
            decidedOn=decided_on,
            noticeToAgencyOn=self._after(decided_on, 0, 6),
            reasonsGiven=None if filed or self._happens(30) else "没有犯罪事实",
            coercion=self._coercion(begun_on) if held else [],
            activity=[
                {"on": self._after(begun_on, 0, 30).isoformat(), "what": what}
                for what in self._chance.sample(_INQUIRIES, self._days(0, 2) if filed else 0)
            ],
            concludedOn=concluded_on,
            conclusion=None if concluded_on is None else "SENT_FOR_PROSECUTION",
            prosecutedOn=None if concluded_on is None or self._happens(40) else self._after(concluded_on, 20, 60),
        )

    def _coercion(self, begun_on: date) -> list[Row]:
        detained_until = self._after(begun_on, 3, 37)
        bail_from = detained_until.isoformat()
        return [
            {"kind": "DETENTION", "from": begun_on.isoformat(), "to": detained_until.isoformat()},
            {"kind": "BAIL", "from": bail_from}
            | ({"to": self._after(detained_until, 100, 380).isoformat()} if self._happens(80) else {}),
        ]

    def _remedy(self, case: Row, served_on: date) -> Iterator[Row]:
        if not self._happens(_REMEDIES):
            return
        sues = self._happens(30)
        applied_on = self._after(served_on, 5, 59)
        decided_on = self._after(applied_on, 30, 170 if sues else 85)
        outcome = self._chance.choices(("UPHELD", "WITHDRAWN", "CHANGED", "REVOKED"), (70, 15, 8, 7))[0]
        yield _row(
            case,
            "reconsideration",
            type="LITIGATION" if sues else "RECONSIDERATION",
            appliedOn=applied_on,
            decidedOn=decided_on,
            servedOn=self._after(decided_on, 1, 7),
            outcome=outcome,
            newFine="1000.00" if outcome == "CHANGED" else None,
        )

    def _enforced(self, case: Row, served_on: date) -> Iterator[Row]:
        if "fine" not in case or "paidOn" in case or not self._happens(_ENFORCED_OF_UNPAID):
            return
        applied_on = self._after(served_on, 150, 320)
        accepted = self._happens(92)
        accepted_on = self._after(applied_on, 1, 12)
        ruled = accepted and self._happens(90)
        ruled_on = self._after(accepted_on, 5, 45)
        enforces = self._happens(92)
        concluded_on = self._after(ruled_on, 20, 240) if ruled and enforces and self._happens(60) else None
        yield _row(
            case,
            "enforcement",
            demandedOn=applied_on - timedelta(days=self._days(5, 40)) if self._happens(95) else None,
            appliedOn=applied_on,
            court="示例市人民法院",
            receivedOn=applied_on,
            accepted=accepted,
            acceptedOn=accepted_on if accepted else None,
            refusedOn=None if accepted else accepted_on,
            refusalReason=None if accepted or self._happens(50) else "超过申请期限",
            ruledOn=ruled_on if ruled else None,
            ruling=("ENFORCE" if enforces else "NOT_ENFORCE") if ruled else None,
            rulingReason=None if not ruled or enforces else "认定事实不清",
            enforcedBy="示例市人民法院" if ruled and enforces else None,
            enforcedAmount=case["fine"] if concluded_on is not None else None,
            concludedOn=concluded_on,
            actions=[
                {"on": self._after(ruled_on, -5, 200).isoformat(), "what": what, "by": "示例市人民法院"}
                for what in self._chance.sample(_ACTS, self._days(0, 2) if ruled and enforces else 0)
            ],
        )

    def _coerced(self, case: Row, found_on: date) -> Iterator[Row]:
        if not self._happens(_COERCED):
            return
        imposed_on = self._after(found_on, 0, 5)
        at_once = self._happens(20)
        extended = self._happens(30)
        yield _row(
            case,
            "coercive_measure",
            type=self._chance.choice(("SEAL", "SEIZURE", "SEIZURE", "FREEZE")),
            decidedOn=imposed_on,
            imposedOn=imposed_on,
            reportedOn=self._after(imposed_on, 0, 3) if at_once else None,
            extendedOn=self._after(imposed_on, 20, 32) if extended else None,
            until=self._after(imposed_on, 50, 60) if extended else None,
            endedOn=self._after(imposed_on, 10, 80) if self._happens(90) else None,
            testingDays=self._days(1, 20) if self._happens(20) else None,
            onTheSpot=at_once,
        )

    def _measured(self, case: Row, decided_on: date) -> Iterator[Row]:
        if not self._happens(_MEASURES):
            return
        kind = self._chance.choice(("RECOMMENDATION", "FILING_NOTICE", "REASONS_REQUEST", "PRE_LITIGATION_PROPOSAL"))
        served_on = self._after(decided_on, 20, 200)
        yield _row(
            case,
            "measure",
            type=kind,
            number=f"示检建〔{served_on.year}〕{self._days(1, 99)}号",
            servedOn=served_on,
            repliedOn=self._after(served_on, 5, 80) if self._happens(80) else None,
        )


def _row(case: Row, kind: str, **fields: Any) -> Row:
    """A row of what follows a case, without the fields that say nothing."""
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
    return {
        "kind": kind,
        "agency": case["agency"],
        "documentNumber": case["documentNumber"],
        **{name: value for name, value in said.items() if value is not None},
    }
