"""`jiandu feed names` and `jiandu feed rename`: what names of agencies were taken to mean, and deciding it anew."""

from typing import Annotated

import typer

from api.auditing import kept_text
from commands.audit import write_change
from commands.runtime import CHINA, Runtime, print_json, printable, run, with_runtime
from schema.agency_name import agency_name_key
from stores.agency_names import ListedDecision, Moved, decide_by_hand, list_decisions
from stores.errors import BadUserInputError
from stores.postgres import DatabaseConnection
from stores.register import RegisteredAgency, read_register
from stores.settings import Settings
from supervision.credit_code import is_credit_code


def names(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a name.")] = False,
) -> None:
    """List the names that are not registered, and which agency each was taken to mean (机关名称认定)."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> list[ListedDecision]:
        async with runtime.database.begin() as connection:
            return await list_decisions(connection)

    decisions = run(lambda: with_runtime(settings, work))
    for decision in decisions:
        _print(decision, as_json=as_json)
    if not decisions and not as_json:
        typer.echo("No name had to be decided about.")


def rename(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name as `feed names` shows it, or as it is sent.")],
    to: Annotated[str | None, typer.Option(help="The registered name or the code of the agency it means.")] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="It means no agency: such rows are rejected.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the decision.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say in JSON what was moved.")] = False,
) -> None:
    """Decide which agency a name means. The cases that came under it move there, with all that follows them."""
    if (to is None) is not refuse:
        raise BadUserInputError("Say which agency the name means with --to, or that it means none with --refuse.")
    settings: Settings = context.obj
    sent = agency_name_key(name)
    if not sent:
        raise BadUserInputError("The name is empty. Give it as `jiandu feed names` shows it.")

    async def work(runtime: Runtime) -> tuple[RegisteredAgency | None, Moved]:
        async with runtime.database.begin() as connection:
            agency = await _agency(connection, sent, name, to)
            moved = await decide_by_hand(connection, sent, None if agency is None else agency.id, reason=reason)
            detail = {
                "name": kept_text(sent),
                "agency": None if agency is None else agency.name,
                "reason": None if reason is None else kept_text(reason),
                "moved": moved.cases,
            }
            await write_change(connection, "feed rename", detail)
            return agency, moved

    agency, moved = run(lambda: with_runtime(settings, work))
    if as_json:
        print_json(
            {
                "name": sent,
                "agency": None if agency is None else agency.name,
                "moved": moved.cases,
                "staying": moved.staying,
            }
        )
        return
    meaning = "means no agency from now on" if agency is None else f"means {agency.name} from now on"
    typer.echo(printable(f"{sent} {meaning}: {moved.cases} cases were moved."))
    if moved.staying:
        why = "a case is always some agency's" if agency is None else "rows under other names tell of them, too"
        typer.echo(f"  {moved.staying} cases that came under it stay where they are: {why}.")


async def _agency(connection: DatabaseConnection, sent: str, name: str, to: str | None) -> RegisteredAgency | None:
    """The agency a name is to mean. A name the register knows means what the register says."""
    register = await read_register(connection)
    owner = register.find(sent, None) or register.find(name, None)
    if owner is not None:
        raise BadUserInputError(
            f"This is a name {owner.name} is registered under. Correct that agency's record if it is not its own."
        )
    if to is None:
        return None
    found = register.find(None, to) if is_credit_code(to) else register.find(to, None)
    if found is None:
        raise BadUserInputError("No agency of this name or code is registered. Give --to as it was registered.")
    return found


def _print(decision: ListedDecision, *, as_json: bool) -> None:
    decided_at = decision.decided_at.astimezone(CHINA)
    if as_json:
        print_json(
            {
                "name": decision.sent,
                "agency": decision.agency,
                "how": decision.how.value,
                "cases": decision.cases,
                "decidedAt": decided_at,
                "run": decision.run,
                "note": decision.note,
            }
        )
        return
    by = "by hand" if decision.run is None else f"run {decision.run}"
    note = f"  ({decision.note})" if decision.note else ""
    typer.echo(
        printable(
            f"{decision.sent}  ->  {decision.agency or 'refused'}  {decision.how.value}  {decision.cases} cases  "
            f"{decided_at:%Y-%m-%d %H:%M}, {by}{note}"
        )
    )
