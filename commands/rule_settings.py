"""`jiandu rules settings` and `jiandu rules set`: the numbers a procuratorate may set for an agency."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from api.auditing import kept_text
from commands.audit import write_change
from commands.rule_options import this_law
from commands.runtime import Runtime, now, print_json, printable, run, with_runtime
from stores.agency_settings import (
    KeptSetting,
    count_cases_of_agency,
    drop_setting,
    keep_setting,
    list_settings,
)
from stores.errors import BadUserInputError
from stores.postgres import DatabaseConnection
from stores.register import read_register
from stores.settings import Settings
from supervision.credit_code import is_credit_code
from supervision.law_values import LawValue, why_not
from supervision.sentences import plain


def list_rule_settings(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a setting.")] = False,
) -> None:
    """List the numbers without a verified national source: their defaults, and what was set for agencies (规则参数)."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> list[KeptSetting]:
        async with runtime.database.begin() as connection:
            return list(await list_settings(connection))

    kept = run(lambda: with_runtime(settings, work))
    for code, value in sorted(_settable().items()):
        own = [each for each in kept if each.code == code]
        if as_json:
            print_json(
                {
                    "code": code,
                    "title": value.title_zh,
                    "unit": value.unit.value,
                    "default": plain(value.value),
                    "agencies": [
                        {"agency": each.agency, "value": plain(each.value), "reason": each.reason} for each in own
                    ],
                }
            )
            continue
        typer.echo(f"{code}  {plain(value.value)} {value.unit.value}  {value.title_zh}")
        for each in own:
            typer.echo(printable(f"  {each.agency}: {plain(each.value)}  ({each.reason})"))


def set_rule_setting(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="As `jiandu rules settings` lists it, such as entry.period.")],
    value: Annotated[str, typer.Argument(help="The number, in the unit of the setting; `default` takes it back.")],
    agency: Annotated[str, typer.Option(help="The agency's registered name or code.")],
    reason: Annotated[str, typer.Option(help="Why, such as the provincial rule; findings rest on it.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Set a number for an agency. The next `jiandu rules run` judges the agency's cases by it."""
    default = _settable().get(code)
    if default is None:
        raise BadUserInputError("There is no such setting. `jiandu rules settings` lists them all.")
    number = None if value == "default" else _number(value, default)
    if not reason.strip():
        raise BadUserInputError("Say why with --reason, such as the title of the provincial rule.")
    settings: Settings = context.obj
    change = _Change(code, number, agency, reason.strip())
    name, cases = run(lambda: with_runtime(settings, change.apply))
    told = "default" if number is None else plain(number)
    if as_json:
        print_json({"agency": name, "code": code, "value": told, "cases": cases})
    else:
        typer.echo(printable(f"{name}: {code} is {told} from now on; {cases} cases are judged anew by the next run."))


@dataclass(frozen=True, slots=True)
class _Change:
    code: str
    value: Decimal | None
    agency: str
    reason: str

    async def apply(self, runtime: Runtime) -> tuple[str, int]:
        """Keep it; answers the agency's name and the number of its cases."""
        async with runtime.database.begin() as connection:
            agency_id, name = await _agency(connection, self.agency)
            if self.value is not None:
                await keep_setting(connection, agency_id, self.code, self.value, reason=self.reason, now=now())
            elif not await drop_setting(connection, agency_id, self.code):
                raise BadUserInputError("Nothing is set for this agency: the default holds already.")
            told = "default" if self.value is None else plain(self.value)
            detail = {"code": self.code, "value": told, "agency": name, "reason": kept_text(self.reason)}
            await write_change(connection, "rules set", detail)
            return name, await count_cases_of_agency(connection, agency_id)


async def _agency(connection: DatabaseConnection, wanted: str) -> tuple[int, str]:
    found = (await read_register(connection)).find(wanted, wanted if is_credit_code(wanted) else None)
    if found is None:
        raise BadUserInputError("No one agency has this name or code. Give its registered name or its credit code.")
    return found.id, found.name


def _settable() -> dict[str, LawValue]:
    return {code: versions[-1] for code, versions in this_law().versions.items() if versions[-1].is_setting}


def _number(text: str, default: LawValue) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise BadUserInputError(f"The value is a number of {default.unit.value}, or `default`.") from error
    problem = why_not(number, default.unit)
    if problem is not None:
        raise BadUserInputError(f"This cannot be the value: {problem}.")
    return number
