"""Penalty cases by the thousand, the same every time: rows of our two feed formats, and words to search them by.

The first k cases of a seed are the same whatever the number asked for. No identity numbers: an invented one with a
right check character could be somebody's.
"""

import csv
import itertools
import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bench.texts import (
    CITY,
    COUNTIES,
    ENDINGS,
    FIELDS,
    GIVEN,
    JOINTS,
    OPENINGS,
    PLACES,
    PROOFS,
    STEMS,
    SURNAMES,
    Field,
)

SEED: Final = 20_150_402
PERSONS: Final = 35
"""Natural persons in a hundred parties."""

_FIRST_DAY: Final = date(2013, 1, 1)
_DAYS: Final = (date(2025, 12, 31) - _FIRST_DAY).days
_FIRMS_OF_A_FIELD: Final = 12_000
_CODE_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_NUMERALS: Final = "零一二三四五六七八九"
_TEN: Final = 10

PUBLISHED_HEADER: Final = (
    "行政相对人名称",
    "行政相对人类别",
    "行政相对人代码_1(统一社会信用代码)",
    "法定代表人",
    "行政处罚决定书文号",
    "违法行为类型",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额(万元)",
    "没收违法所得、没收非法财物的金额(万元)",
    "处罚决定日期",
    "处罚机关",
    "处罚机关统一社会信用代码",
    "数据来源单位",
)
_PUBLISHED_KINDS: Final = {"FINE": "罚款", "CONFISCATION": "没收违法所得", "WARNING": "警告"}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Agency:
    """One of the 25 senders."""

    name: str
    mark: str
    place: str
    region: str
    uscc: str
    field: Field


def credit_code(first_17: str) -> str:
    """A credit code with its check character (GB 32100-2015)."""
    total = sum(_CODE_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first_17))
    return first_17 + _CODE_ALPHABET[-total % 31]


def agencies() -> list[Agency]:
    """Six of the city, one for each domain, and nineteen of its counties."""
    seats = [(CITY, field) for field in FIELDS]
    seats += [(county, FIELDS[place % len(FIELDS)]) for place, county in enumerate(COUNTIES)]
    seats += [(county, FIELDS[(place + 3) % len(FIELDS)]) for place, county in enumerate(COUNTIES[: len(FIELDS)])]
    return [
        Agency(
            name=place + field.office,
            mark=short + field.mark,
            place=place,
            region=region,
            uscc=credit_code(f"11{region}{number:09d}"),
            field=field,
        )
        for number, ((place, short, region), field) in enumerate(seats, start=1)
    ]


def register_rows() -> list[Row]:
    """The procuratorates of the city and its counties, and the agencies, as they are known before the cases come."""
    city = _procuratorate_of(CITY[0])
    rows: list[Row] = [{"kind": "procuratorate", "name": city, "region": CITY[2]}]
    rows += [
        {"kind": "procuratorate", "name": _procuratorate_of(name), "region": region, "parent": city}
        for name, _, region in COUNTIES
    ]
    rows += [
        {
            "kind": "agency",
            "name": agency.name,
            "uscc": agency.uscc,
            "domains": [agency.field.domain],
            "region": agency.region,
            "procuratorate": _procuratorate_of(agency.place),
            "networkedOn": "2013-01-04",
            "enforcementPower": False,
        }
        for agency in agencies()
    ]
    return rows


def _procuratorate_of(place: str) -> str:
    return f"{place}人民检察院"


def case_rows(count: int, seed: int = SEED) -> Iterator[Row]:
    """Cases as JSON Lines rows of kind `penalty_case`."""
    return _Generator(seed).rows(count)


def published_row(case: Row, codes: dict[str, str]) -> list[str]:
    """The same case as a row of the published table; `codes` are the agencies' credit codes by name."""
    party = case["party"]
    return [
        party["name"],
        "自然人" if party["type"] == "PERSON" else "法人及非法人组织",
        party.get("uscc", ""),
        party.get("legalRepresentative", ""),
        case["documentNumber"],
        case["violationType"],
        case["facts"],
        case["legalBasis"],
        "、".join(_PUBLISHED_KINDS[kind] for kind in case["penaltyKinds"]),
        case["penaltyContent"],
        _ten_thousands(case.get("fine")),
        _ten_thousands(case.get("confiscated")),
        case["decidedOn"],
        case["agency"],
        codes[case["agency"]],
        case["agency"],
    ]


def write_json_lines(path: Path, rows: Iterable[Row]) -> Path:
    """Write rows as a JSON Lines feed."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def write_published_table(path: Path, rows: Iterable[Row]) -> Path:
    """Write cases as a feed of the published table, in UTF-8."""
    codes = {agency.name: agency.uscc for agency in agencies()}
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(PUBLISHED_HEADER)
        table.writerows(published_row(row, codes) for row in rows)
    return path


FORMATS: tuple[tuple[str, Callable[[Path, Iterable[Row]], Path]], ...] = (
    ("JSON Lines", write_json_lines),
    ("published CSV", write_published_table),
)


def queries(count: int, rows: Sequence[Row], seed: int = SEED) -> list[str]:
    """Distinct queries: first every word of a domain, up to half, then runs of 3 to 8 Han characters out of facts.

    None has a part of a natural person's name, by which not everybody may search.
    """
    chance = random.Random(seed)  # noqa: S311  a benchmark has no secrets
    words = [word for field in FIELDS for slot in field.words.values() for word in slot]
    chance.shuffle(words)
    found = dict.fromkeys(words[: count // 2])
    while len(found) < count:
        row = chance.choice(rows)
        facts: str = row["facts"]
        if row["party"]["type"] == "PERSON":
            facts = facts.replace(row["party"]["name"], "*")
        length = chance.randint(3, 8)
        start = chance.randrange(len(facts) - length)
        run = facts[start : start + length]
        if all("一" <= character <= "鿿" for character in run):
            found[run] = None
    return list(found)


class _Generator:
    """Draws one case after the other."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311  the same cases every time is the point
        self._agencies: defaultdict[str, list[Agency]] = defaultdict(list)
        for agency in agencies():
            self._agencies[agency.field.domain].append(agency)
        self._numbers: defaultdict[tuple[str, int], int] = defaultdict(int)

    def rows(self, count: int) -> Iterator[Row]:
        shares = [field.share for field in FIELDS]
        for _ in range(count):
            yield self._case(self._chance.choices(FIELDS, shares)[0])

    def _happens(self, percent: int) -> bool:
        return self._chance.random() * 100 < percent

    def _case(self, field: Field) -> Row:
        chance = self._chance
        agency = chance.choice(self._agencies[field.domain])
        # Later years have more cases.
        decided_on = _FIRST_DAY + timedelta(days=int(_DAYS * max(chance.random(), chance.random() * 0.9)))
        found_on = decided_on - timedelta(days=chance.randint(20, 150))
        filed_on = found_on + timedelta(days=chance.randint(0, 10))
        served_on = decided_on + timedelta(days=chance.randint(0, 7))
        entered_on = served_on + timedelta(days=chance.randint(0, 5))
        party = self._party(field)
        act, facts = self._facts(field, agency, party["name"], found_on)
        fine = self._happens(93) and f"{min(math.exp(chance.gauss(9.2, 1.3)), 5e6):.2f}"
        confiscated = self._happens(15) and f"{math.exp(chance.gauss(8, 1)):.2f}"
        kinds = [name for name, given in (("FINE", fine), ("CONFISCATION", confiscated)) if given]
        year = (agency.name, decided_on.year)
        self._numbers[year] += 1
        number = self._numbers[year]
        row: Row = {
            "kind": "penalty_case",
            "agency": agency.name,
            "documentNumber": f"{agency.mark}罚决字〔{decided_on.year}〕{number}号",
            "filingNumber": f"{agency.mark}立字〔{filed_on.year}〕{decided_on.year % 100}{number:05d}号",
            "title": f"{party['name']}{act}案",
            "violationType": act,
            "domain": field.domain,
            "party": party,
            "facts": facts,
            "legalBasis": f"《{chance.choice(field.statutes)}》第{_han(chance.randint(20, 99))}条",
            "penaltyKinds": kinds or ["WARNING"],
            "penaltyContent": f"罚款人民币{fine}元" if fine else "警告，责令改正",
            "foundOn": found_on.isoformat(),
            "filedOn": filed_on.isoformat(),
            "decidedOn": decided_on.isoformat(),
            "servedOn": served_on.isoformat(),
            "enteredAt": f"{entered_on.isoformat()}T{chance.randint(8, 17):02d}:{chance.randint(0, 59):02d}:00+08:00",
            "serviceMethod": "DIRECT" if self._happens(80) else "MAIL",
        }
        if fine:
            row |= {"fine": fine, "paymentDueOn": (served_on + timedelta(days=15)).isoformat()}
        if fine and self._happens(70):
            row |= {"paidOn": (served_on + timedelta(days=chance.randint(1, 20))).isoformat(), "paidAmount": fine}
        if confiscated:
            row["confiscated"] = confiscated
        if self._happens(25):
            measure, unit = field.measure
            row["quantities"] = [{"measure": measure, "value": str(chance.randint(1, 9_000)), "unit": unit}]
        return row

    def _party(self, field: Field) -> Row:
        chance = self._chance
        person = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.randint(1, 2)))
        if self._happens(PERSONS):
            return {"type": "PERSON", "name": person}
        # A few firms are fined again and again.
        number = int(_FIRMS_OF_A_FIELD * chance.random() ** 1.5)
        rest, first = divmod(number, len(STEMS))
        rest, second = divmod(rest, len(STEMS))
        name = PLACES[rest % len(PLACES)] + STEMS[first] + STEMS[second] + field.firms[number % len(field.firms)]
        code = credit_code(f"91{CITY[2]}{FIELDS.index(field) + 1}{number:08d}")
        firm = {"type": "ORGANIZATION", "name": name, "uscc": code}
        # One representative to a firm, so that the same firm is told of in the same way.
        return firm | {"legalRepresentative": f"{SURNAMES[number % len(SURNAMES)]}{GIVEN[rest % len(GIVEN)]}"}

    def _facts(self, field: Field, agency: Agency, party: str, found_on: date) -> tuple[str, str]:
        chance = self._chance
        length = 104 + int(250 * chance.random() ** 1.5)
        acts = itertools.cycle(chance.sample(field.acts, len(field.acts)))
        act, sentence = next(acts)
        day = f"{found_on.year}年{found_on.month}月{found_on.day}日"
        text = chance.choice(OPENINGS).format(day=day, party=party, place=agency.place) + self._filled(field, sentence)
        while len(text) < length - 60:
            text += chance.choice(JOINTS) + self._filled(field, next(acts)[1])
        return act, text + chance.choice(PROOFS).format(party=party) + chance.choice(ENDINGS)

    def _filled(self, field: Field, sentence: str) -> str:
        chance = self._chance
        words = {slot: chance.choice(words) for slot, words in field.words.items()}
        return sentence.format(n=int(math.exp(chance.gauss(5, 1.2))) + 1, **words)


def _ten_thousands(yuan: str | None) -> str:
    return "" if yuan is None else f"{Decimal(yuan) / 10_000:.6f}"


def _han(number: int) -> str:
    tens, ones = divmod(number, _TEN)
    if tens == 0:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")
