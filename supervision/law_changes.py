"""A law that is tried before it is the law (试算): all of it anew, or some values of the law we have replaced.

A value takes the place of one that the rules ask for: it has the same code and unit, and is a setting where that one
is. Its versions are all there are then: none of the versions it replaces stays in force.
"""

from collections.abc import Iterable, Mapping, Sequence

from supervision.law_files import LawFileError, line_of, parse_values
from supervision.law_values import LawValue
from supervision.laws import Law


def whole_law(files: Iterable[tuple[str, str]], law: Law) -> tuple[LawValue, ...]:
    """The values of files that are to be all of the law, given as name and text; each value of our law must be there.

    Raises LawFileError with the file and the place of what is wrong.
    """
    found: dict[str, tuple[str, Sequence[LawValue]]] = {}
    for name, text in files:
        for code, versions in _values(text, name, law).items():
            if code in found:
                raise LawFileError(f"{name}, line {line_of(text, (code,))}: {code} stands in {found[code][0]} already")
            found[code] = name, versions
    missing = sorted(law.versions.keys() - found.keys())
    if missing:
        raise LawFileError(f"{len(missing)} values of the law stand in none of its files, {missing[0]} for one")
    return tuple(value for _, versions in found.values() for value in versions)


def law_with(text: str, name: str, law: Law) -> tuple[LawValue, ...]:
    """The values of our law, with those that a file names replaced.

    Raises LawFileError with the file and the place of what is wrong.
    """
    return tuple(value for versions in {**law.versions, **_values(text, name, law)}.values() for value in versions)


def _values(text: str, name: str, law: Law) -> Mapping[str, Sequence[LawValue]]:
    """The versions of every value of a file, by their code."""
    values: dict[str, list[LawValue]] = {}
    for value in parse_values(text, name):
        values.setdefault(value.code, []).append(value)
    if not values:
        raise LawFileError(f"{name}: no value of the law stands in it")
    for code, versions in values.items():
        problem = _unlike(versions, law.versions.get(code))
        if problem is not None:
            raise LawFileError(f"{name}, line {line_of(text, (code,))}: {problem}")
    return values


def _unlike(versions: Sequence[LawValue], ours: Sequence[LawValue] | None) -> str | None:
    """Why a value cannot take the place of ours."""
    value = versions[0]
    if ours is None:
        return f"{value.code} is no value of the law. `jiandu rules explain RULE` names those that a rule rests on"
    if value.unit is not ours[0].unit:
        return f"{value.code} counts {ours[0].unit.value}, and not {value.unit.value}"
    if value.is_setting is not ours[0].is_setting:
        return (
            f"{value.code} is {'a setting: it has' if ours[0].is_setting else 'no setting: it has no'} `config: true`"
        )
    try:
        Law(versions, thresholds=lambda _case, _law: None)
    except ValueError as error:
        return str(error).rstrip(".")
    return None
