"""Rows and files as tired hands and broken programs make them: right ones, changed at random."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

DIRT: tuple[str, ...] = (
    *("", " ", "——", "— —", "无", "/", "暂无", "××", "null", "N/A", "#REF!", "NaN", "Infinity", "-0", "1e999", "0x10"),
    *(
        "罚款5000元",
        "人民币伍万贰仟壹佰贰拾元",
        "3306元…3259;两项合计6565元",
        "罚款:8.0（万元",
        "1，没收广告费用26220.46元2，罚款600000元",
    ),
    *(
        "二0二三年二月十三日",
        "2024 年 5 月21日",
        "海淀局--2016-9-27",
        "20231025",
        "1900-1-1 0:00:00",
        "2022-09-31",
        "45224.5",
    ),
    *(
        "９９９９９９９９９９９９９９９９９９",
        "-5",
        "5.005",
        "万",
        "亿元",
        "1,0,0",
        "12,345.67",
        "壹",
        "2016.9.27",
        "0000-00-00",
    ),
    *("915206****7FMTAX63", "9153xxxxxxxx46A", "91411300MA40AAA10R", "91411300MA40AAA10X", "11010519491231002X"),
    *(
        "京工商海处字【2018】第1583号",
        "〔2023457",
        "秀山规资执[处罚决定]〔2025〕18号",
        "石新市监 处罚〔 2025 〕xxx号",
        "海淀局",
    ),
    *(
        '=HYPERLINK("http://a")',
        "+1+1",
        "@SUM(A1)",
        "-2+3",
        "\t=1",
        "'=1",
        "周*",
        "\u202e反",
        "\ufeff",
        "\u2028",
        "e\u0301" * 3,
    ),
    *(
        "\U00020000\U0002f800",
        "\x1b[31m红\x1b[0m",
        "\x0b\x0c\x85",
        '"',
        '""',
        '","',
        "\n",
        "\r\n",
        ";",
        "|",
        "\\",
        "{}",
        "[[]]",
    ),
    *("是", "否", "TRUE", "3.5吨", "〇" * 40, "公" * 2_000, "9" * 400, "一" * 400, "(" * 400, "\0", "合计"),
)
"""What stands in a value's place: the dirt that was seen, and what would hurt most."""

BYTES: tuple[bytes, ...] = (
    *(
        b"\0",
        b"\xff",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\x80",
        b"\xa3",
        b"\x1a",
        b"\r",
        b"\n",
        b"\r\n",
        b'"',
        b"'",
        b",",
        b";",
        b"\t",
    ),
    *(
        b"{",
        b"}",
        b"[" * 200,
        b"\\ud800",
        b"\\u0000",
        b"\\",
        b"1" * 500,
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\x1b",
        b"PK\x03\x04",
    ),
    *("，".encode(), "元".encode("gb18030"), "®".encode("gb18030"), b"\xc0\xaf", b"null", b"1E400", b"-", b"="),
)


class Mutator:
    """Changes what it is given, in the same way every time for one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  a failure must be found again by its seed

    def record(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record with one to four of its values, at any depth, changed, left out, or added."""
        changed: dict[str, Any] = json.loads(json.dumps(record))
        for _ in range(self.chance.randint(1, 4)):
            self._change(self._inner(changed))
        return changed

    def cells(self, cells: Sequence[str]) -> list[str]:
        """A table's row with one to four of its cells changed; now and then one too many or too few."""
        changed = list(cells)
        for _ in range(self.chance.randint(1, 4)):
            place = self.chance.randrange(len(changed))
            changed[place] = self._text(changed[place])
        if self.chance.random() < 0.03:
            changed.insert(self.chance.randrange(len(changed)), self.chance.choice(DIRT))
        if self.chance.random() < 0.03:
            del changed[self.chance.randrange(len(changed))]
        return changed

    def bytes(self, raw: bytes, *, times: int = 1) -> bytes:
        """Bytes of which some were lost, doubled, turned over, exchanged, or put in."""
        for _ in range(times):
            place, length = self.chance.randrange(len(raw) + 1), self.chance.choice((1, 1, 2, 3, 8, 64))
            raw = self.chance.choice(_WAYS)(self, raw, place, length)
        return raw

    def _inner(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record, or an object somewhere in it."""
        while True:
            inner = [value for value in record.values() if isinstance(value, dict) and value]
            inner += [
                item
                for value in record.values()
                if isinstance(value, list)
                for item in value
                if isinstance(item, dict) and item
            ]
            if not inner or self.chance.random() < 0.5:
                return record
            record = self.chance.choice(inner)

    def _change(self, fields: dict[str, Any]) -> None:
        chance = self.chance
        name = chance.choice(list(fields) or ["kind"])
        match chance.randrange(8):
            case 0:
                fields.pop(name, None)
            case 1:
                fields[chance.choice(DIRT)] = fields.get(name)
            case 2:
                fields[name] = chance.choice((None, True, False, 0, -1, 1.5, 10**30, [], {}, [[]], [None], {"": {}}))
            case 3:
                fields[name] = [fields.get(name)] * chance.choice((1, 2, 30))
            case _:
                value = fields.get(name)
                fields[name] = self._text(value) if isinstance(value, str) else chance.choice(DIRT)

    def _text(self, text: str) -> str:
        chance = self.chance
        place = chance.randrange(len(text) + 1)
        match chance.randrange(4):
            case 0:
                return text[:place] + chance.choice(DIRT) + text[place:]
            case 1:
                return text[:place] + text[place + 1 :]
            case 2:
                return text[place:] + text[:place]
            case _:
                return chance.choice(DIRT)


Way = Callable[[Mutator, bytes, int, int], bytes]
_WAYS: tuple[Way, ...] = (
    lambda _mutator, raw, place, length: raw[:place] + raw[place + length :],
    lambda _mutator, raw, place, length: raw[:place] + raw[place : place + length] * 3 + raw[place + length :],
    lambda mutator, raw, place, _length: raw[:place] + mutator.chance.choice(BYTES) + raw[place:],
    lambda mutator, raw, place, length: raw[:place] + mutator.chance.randbytes(length) + raw[place + length :],
    lambda _mutator, raw, place, length: raw[:place] + raw[place : place + length][::-1] + raw[place + length :],
)
