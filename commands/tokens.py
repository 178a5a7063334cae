"""`jiandu token`: the keys of machines that send an agency's feeds."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer

from commands.accounts import agency_id_of
from commands.audit import write_change, write_down
from commands.runtime import CHINA, Runtime, now, print_json, printable, run, with_runtime
from schema.access_vocabularies import AuditAction, Role
from schema.audit_records import Deed
from stores.accounts import add_account
from stores.errors import BadUserInputError
from stores.machine_keys import ListedKey, end_key, find_key, issue_key, list_keys, read_key, revoke_key
from stores.postgres import DatabaseConnection
from stores.settings import Settings

_LOGIN_BYTES = 4
_LONGEST_DAYS = 366
_LONGEST_OVERLAP_HOURS = 720

_Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_KeyId = Annotated[str, typer.Argument(help="The key's id, as `token list` shows it.")]

app = typer.Typer(help="The keys of machines (机器密钥).", no_args_is_help=True)


@app.command("issue")
def issue(
    context: typer.Context,
    agency: Annotated[str, typer.Option(help="Whose feeds it loads: the agency's registered name or code.")],
    name: Annotated[str, typer.Option(help="What the machine is called.")],
    days: Annotated[int, typer.Option(min=1, max=_LONGEST_DAYS, help="For how many days the key is valid.")],
    as_json: _Json = False,
) -> None:
    """Make a machine's account and its first key, which is shown once."""
    settings: Settings = context.obj
    if not name.strip() or printable(name) != name:
        raise BadUserInputError("Give the machine's name with --name, without control characters.")

    async def work(runtime: Runtime) -> tuple[str, datetime]:
        at = now()
        async with runtime.database.begin() as connection:
            account = await add_account(
                connection,
                login=f"machine-{secrets.token_hex(_LOGIN_BYTES)}",
                name=name.strip(),
                roles=[Role.MACHINE],
                agency_id=await agency_id_of(connection, agency),
                now=at,
            )
            ends = at + timedelta(days=days)
            key = await issue_key(connection, account.id, expires_at=ends, now=at)
            detail = {"login": account.login, "agency": agency, "keyId": _id_of(key), "expiresAt": ends}
            await write_change(connection, "token issue", detail)
            return key, ends

    key, ends = run(lambda: with_runtime(settings, work))
    _print_key(key, ends, as_json=as_json)


@app.command("list")
def list_(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a key.")] = False,
) -> None:
    """List the keys: whose they are, until when they are valid, and when they were last used."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> Sequence[ListedKey]:
        await write_down(runtime, "token list", Deed(action=AuditAction.LIST, operation="token list", detail={}))
        async with runtime.database.begin() as connection:
            return await list_keys(connection)

    for key in run(lambda: with_runtime(settings, work)):
        _print(key, now(), as_json=as_json)


@app.command("rotate")
def rotate(
    context: typer.Context,
    key_id: _KeyId,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=_LONGEST_OVERLAP_HOURS, help="For how long the old key is still valid.")
    ],
    days: Annotated[
        int | None, typer.Option(min=1, max=_LONGEST_DAYS, help="For how many days the new key is valid.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Issue the next key of the same machine, by default valid for as long as the old one was."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> tuple[str, datetime, datetime]:
        at = now()
        async with runtime.database.begin() as connection:
            created, expires_at, account_id = await _rotatable(connection, key_id, at)
            old_ends = await end_key(connection, key_id, at + timedelta(hours=overlap_hours))
            ends = at + (expires_at - created if days is None else timedelta(days=days))
            key = await issue_key(connection, account_id, expires_at=ends, now=at)
            detail = {"keyId": _id_of(key), "expiresAt": ends, "oldKeyId": key_id, "oldKeyExpiresAt": old_ends or at}
            await write_change(connection, "token rotate", detail)
            return key, ends, old_ends or at

    key, ends, old_ends = run(lambda: with_runtime(settings, work))
    _print_key(key, ends, as_json=as_json, old_ends=old_ends)


async def _rotatable(connection: DatabaseConnection, key_id: str, at: datetime) -> tuple[datetime, datetime, int]:
    found = await find_key(connection, key_id)
    if found is None or not found.usable(at):
        raise BadUserInputError("No key of this id is in use. `jiandu token list` shows them; issue a new one instead.")
    return found.created_at, found.expires_at, found.account.id


@app.command("revoke")
def revoke(context: typer.Context, key_id: _KeyId, as_json: _Json = False) -> None:
    """Revoke a key at once; the machine's other keys stay valid."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> bool:
        async with runtime.database.begin() as connection:
            if await find_key(connection, key_id) is None:
                raise BadUserInputError("No key has this id. `jiandu token list` shows them.")
            changed = await revoke_key(connection, key_id, now())
            await write_change(connection, "token revoke", {"keyId": key_id, "changed": changed})
            return changed

    changed = run(lambda: with_runtime(settings, work))
    if as_json:
        print_json({"keyId": key_id, "changed": changed})
    else:
        typer.echo(f"{key_id} is revoked." if changed else f"{key_id} was revoked already.")


def _id_of(key: str) -> str | None:
    """The part of a key that may be shown."""
    written = read_key(key)
    return None if written is None else written.key_id


def _print_key(key: str, ends: datetime, *, as_json: bool, old_ends: datetime | None = None) -> None:
    if as_json:
        told = {"key": key, "keyId": _id_of(key), "expiresAt": ends}
        print_json(told if old_ends is None else {**told, "oldKeyExpiresAt": old_ends})
        return
    typer.echo(key)
    until = f"{ends.astimezone(CHINA):%Y-%m-%d %H:%M}"
    typer.echo(f"This key is shown once. It is valid until {until}.", err=True)
    if old_ends is not None:
        typer.echo(f"The old key is valid until {old_ends.astimezone(CHINA):%Y-%m-%d %H:%M}.", err=True)


def _print(key: ListedKey, at: datetime, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "keyId": key.key_id,
                "login": key.login,
                "name": key.name,
                "agency": key.agency,
                "createdAt": key.created_at,
                "expiresAt": key.expires_at,
                "revokedAt": key.revoked_at,
                "lastUsedAt": key.last_used_at,
            }
        )
        return
    state = "revoked" if key.revoked_at else "over" if key.expires_at <= at else "valid"
    until = f"{key.expires_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    typer.echo(printable(f"{key.key_id}  {key.agency}  {key.name}  {key.login}  {state} until {until}"))
