"""Making the evidence of a finding: the fields it rests on, by the feed contract's names."""

from datetime import date

from schema.anomaly_records import Evidence


def days_of(_kind: str | None, /, **days: date | None) -> tuple[Evidence, ...]:
    """The known ones of some days: of a record that followed, behind its kind; of the case itself without one."""
    prefix = "" if _kind is None else f"{_kind}."
    return tuple(Evidence(field=prefix + name, value=day.isoformat()) for name, day in days.items() if day is not None)


def stated(field: str, value: str) -> Evidence:
    """A field and what it says; an empty value shows that nothing is recorded there."""
    return Evidence(field=field, value=value)
