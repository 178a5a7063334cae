"""Dates, times and exact decimals, as the contract writes them."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import strawberry
from strawberry.types.scalar import ScalarDefinition

from api.errors import BadValueError

CHINA = ZoneInfo("Asia/Shanghai")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"-?\d{1,16}(\.\d{1,6})?")


def _parse_date(value: Any) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise BadValueError("A Date is written YYYY-MM-DD, such as 2015-04-16.")


def _parse_datetime(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            parsed = None
        if parsed is not None and parsed.tzinfo is not None:
            return parsed
    raise BadValueError("A DateTime is written in ISO 8601 with its offset, such as 2015-04-16T08:30:00+08:00.")


def _parse_decimal(value: Any) -> Decimal:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if _DECIMAL.fullmatch(text):
        try:
            return Decimal(text)
        except InvalidOperation:
            pass
    raise BadValueError('A Decimal is a string or an integer, never a float: "50000.00". Money is yuan.')


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="An ISO 8601 calendar date, such as 2015-04-16. 日期",
        serialize=date.isoformat,
        parse_value=_parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An ISO 8601 time with its offset. 时间",
        serialize=lambda value: value.astimezone(CHINA).isoformat(),
        parse_value=_parse_datetime,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal as a string, such as "50000.00"; money is always yuan. 金额（元）',
        serialize=str,
        parse_value=_parse_decimal,
    ),
}
