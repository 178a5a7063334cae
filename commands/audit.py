"""`jiandu audit`: the seals of the audit trail, and the names whose views are shown (审计)."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from commands.runtime import CHINA, Runtime, print_json, printable, run, with_runtime
from schema.access_records import Account
from schema.access_vocabularies import AuditAction
from schema.audit_records import Caller, Deed, WatchedName
from stores.accounts import find_local_administrator
from stores.audit_alerts import list_watched, stop_watching, watch
from stores.audit_seals import Sealed, seal_trail
from stores.audit_trail import write_entries
from stores.audit_verifying import Verification, verify_trail
from stores.errors import BadUserInputError
from stores.postgres import DatabaseConnection
from stores.settings import Settings
from supervision.privacy import cover_identity_numbers, mask_name

app = typer.Typer(help="The audit trail: its seals, and whose views are shown (审计).", no_args_is_help=True)
watching = typer.Typer(help="Names whose views are shown (关注名单).", no_args_is_help=True)
app.add_typer(watching, name="watch")

COMMAND_LINE = "command line"
"""From where whoever types a command calls, as the trail names it."""

_TAMPERED = 1
_HASH_BYTES = 32
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def caller_at_terminal(account: Account, command: str) -> Caller:
    """Who types a command: the local administrator, for what the command does."""
    return Caller(
        login=account.login, account_id=account.id, session_id=None, address=COMMAND_LINE, purpose=f"jiandu {command}"
    )


@app.command("seal")
def seal(context: typer.Context, as_json: Json = False) -> None:
    """Seal the entries of everything that has ended; `serve` does so every minute."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> Sealed:
        return await seal_trail(runtime.database, runtime.keys)

    made = run(lambda: with_runtime(settings, work))
    newest = None if made.newest is None else made.newest.hex()
    if as_json:
        print_json({"seals": made.seals, "entries": made.entries, "newest": newest})
    else:
        typer.echo(f"{made.entries} entries sealed. The newest seal is {newest or 'none'}.")


@app.command("verify")
def verify(
    context: typer.Context,
    expect: Annotated[
        str | None, typer.Option(help="The hash of a seal, kept elsewhere since: it must still be there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare every entry and every seal. Status 1 when any was changed, removed or inserted."""
    settings: Settings = context.obj
    expected = None if expect is None else _hash(expect)

    async def work(runtime: Runtime) -> Verification:
        return await verify_trail(runtime.database, runtime.keys, expected=expected)

    found = run(lambda: with_runtime(settings, work))
    if as_json:
        print_json(found.as_json())
    else:
        _print(found)
    if not found.fits:
        raise typer.Exit(_TAMPERED)


def _hash(text: str) -> bytes:
    try:
        expected = bytes.fromhex(text)
    except ValueError:
        expected = b""
    if len(expected) != _HASH_BYTES:
        raise BadUserInputError("--expect takes the hash as `audit verify` or `audit seal` printed it: 64 hex digits.")
    return expected


def _print(found: Verification) -> None:
    oldest = found.unsealed_since
    since = "" if oldest is None else f", the oldest since {oldest.astimezone(CHINA):%Y-%m-%d %H:%M}"
    typer.echo(f"{found.sealed} entries under {found.seals} seals, {found.unsealed} not sealed yet{since}.")
    if found.first_fault is not None:
        typer.echo(f"Seal {found.first_fault} is the first that does not fit.")
    for what, faults in (
        ("Seals changed", found.changed_seals),
        ("Seals before which one is missing", found.broken_chain),
        ("Entries changed", found.changed),
        ("Entries removed", found.removed),
        ("Entries inserted", found.inserted),
    ):
        if faults.count:
            more = " …" if faults.count > len(faults.first) else ""
            typer.echo(f"{what}: {faults.count} ({', '.join(map(str, faults.first))}{more})")
    if found.expected_found is False:
        typer.echo("The seal that was expected is not there: the newest seals were removed.")
    if found.newest is not None:
        typer.echo(f"The newest seal is {found.newest.hex()}. Keep it elsewhere, for --expect.")


async def write_down(runtime: Runtime, command: str, deed: Deed) -> None:
    """Write down what a command does, in a transaction of its own, before anything is given out."""
    async with runtime.database.begin() as connection:
        account = await find_local_administrator(connection)
        await write_entries(connection, caller_at_terminal(account, command), [deed])


async def write_change(connection: DatabaseConnection, command: str, detail: Mapping[str, Any]) -> None:
    """Write down what a command changes, in the transaction that changes it."""
    account = await find_local_administrator(connection)
    await _changed(connection, account, command, detail)


async def _changed(connection: DatabaseConnection, account: Account, command: str, detail: Mapping[str, Any]) -> None:
    deed = Deed(action=AuditAction.CHANGE, operation=command, detail=detail)
    await write_entries(connection, caller_at_terminal(account, command), [deed])


@watching.command("add")
def add(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why; shown with every view.")],
    name: Annotated[str | None, typer.Argument(help="The party's name.")] = None,
    party: Annotated[int | None, typer.Option(help="A party's number, instead of a name.")] = None,
    as_json: Json = False,
) -> None:
    """Show every view of a name's cases from now on."""
    settings: Settings = context.obj
    if name is not None and cover_identity_numbers(name) != name:
        raise BadUserInputError("Somebody is watched by name, not by an identity number. Give the name.")
    kept = cover_identity_numbers(reason)

    async def work(runtime: Runtime) -> WatchedName:
        async with runtime.database.begin() as connection:
            account = await find_local_administrator(connection)
            added = await watch(connection, name=name, party_id=party, reason=kept, set_by=account.login)
            await _changed(connection, account, "audit watch add", {"watch": added.id, "reason": added.reason})
            return added

    _show([run(lambda: with_runtime(settings, work))], as_json=as_json)


@watching.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """Who is watched; a name is covered."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> list[WatchedName]:
        command = "audit watch list"
        async with runtime.database.begin() as connection:
            account = await find_local_administrator(connection)
            deed = Deed(action=AuditAction.READ_AUDIT, operation=command, detail={})
            await write_entries(connection, caller_at_terminal(account, command), [deed])
            return await list_watched(connection)

    _show(run(lambda: with_runtime(settings, work)), as_json=as_json)


@watching.command("remove")
def remove(
    context: typer.Context,
    watch_id: Annotated[int, typer.Argument(metavar="NUMBER", help="As `list` shows it.")],
    as_json: Json = False,
) -> None:
    """Watch a name no longer."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> None:
        async with runtime.database.begin() as connection:
            account = await find_local_administrator(connection)
            await stop_watching(connection, watch_id, ended_by=account.login)
            await _changed(connection, account, "audit watch remove", {"watch": watch_id})

    run(lambda: with_runtime(settings, work))
    if as_json:
        print_json({"number": watch_id})
    else:
        typer.echo(f"Name {watch_id} is watched no longer.")


def _show(watched: list[WatchedName], *, as_json: bool) -> None:
    for each in watched:
        name = None if each.name_tokens is None else mask_name(each.name_tokens.replace(" ", ""))
        if as_json:
            print_json(
                {
                    "number": each.id,
                    "name": name,
                    "party": each.party_id,
                    "reason": each.reason,
                    "setBy": each.set_by,
                    "setAt": each.set_at,
                }
            )
        else:
            whom = f"party {each.party_id}" if name is None else name
            typer.echo(
                f"{each.id}  {printable(whom)}  {printable(each.reason)}  ({each.set_by}, {each.set_at:%F %H:%M})"
            )
