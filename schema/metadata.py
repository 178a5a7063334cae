"""What all tables share: names by convention, kinds of columns, and what a vocabulary lets in."""

from collections.abc import Iterable
from enum import Enum

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, MetaData, Numeric, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Key = Text(collation="C")
"""Text compared byte by byte: names and numbers that identify something."""

Yuan = Numeric(18, 2)


def _values(members: Iterable[Enum]) -> str:
    return ", ".join(f"'{member.value}'" for member in members)


def one_of(column: str, members: Iterable[Enum]) -> CheckConstraint:
    """A column holds one value of a vocabulary."""
    return CheckConstraint(f"{column} IN ({_values(members)})", name=f"{column}_known")


def all_of(column: str, members: Iterable[Enum]) -> CheckConstraint:
    """An array holds values of a vocabulary and no others."""
    return CheckConstraint(f"{column} <@ ARRAY[{_values(members)}]", name=f"{column}_known")


def row_id() -> Column[int]:
    """The key that the database gives to a row."""
    return Column("id", BigInteger, Identity(always=False), primary_key=True)
