"""`jiandu user`: who has an account, and as what."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer

from commands.audit import write_change, write_down
from commands.runtime import Runtime, now, print_json, printable, run, with_runtime
from schema.access_records import Account
from schema.access_vocabularies import AuditAction, Role
from schema.audit_records import Deed
from schema.vocabularies import Department
from stores.accounts import (
    Credentials,
    ListedAccount,
    add_account,
    disable_account,
    enable_account,
    find_credentials,
    find_procuratorate,
    list_accounts,
    set_password,
)
from stores.errors import BadUserInputError
from stores.failed_sign_ins import login_subject, unlock
from stores.passwords import Passwords, standard_hasher
from stores.postgres import DatabaseConnection
from stores.register import read_register
from stores.settings import Settings
from supervision.access import belongs_rightly
from supervision.credit_code import is_credit_code
from supervision.logins import LOGIN_TAKES, is_demo_login, is_login

# Twenty random bytes: nobody guesses it, and it is changed before it opens anything.
_INITIAL_BYTES = 20
_MADE_OTHERWISE = frozenset({Role.MACHINE, Role.LOCAL_ADMINISTRATOR})

_Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_Login = Annotated[str, typer.Argument(help="What somebody signs in as.")]

app = typer.Typer(help="Who has an account (账号).", no_args_is_help=True)


async def agency_id_of(connection: DatabaseConnection, told: str) -> int:
    """The agency of a registered name or code, of which aliases are none here. Raises BadUserInputError."""
    register = await read_register(connection)
    found = register.find_registered(None, told) if is_credit_code(told) else register.find_registered(told, None)
    if found is None:
        raise BadUserInputError("No agency of this name or code is registered. Give --agency as it was registered.")
    return found.id


@app.command("add")
def add(
    context: typer.Context,
    login: _Login,
    name: Annotated[str, typer.Option(help="The person's name, as it is shown.")],
    role: Annotated[list[Role], typer.Option(help="As what the person acts; may be given again.")],
    procuratorate: Annotated[str | None, typer.Option(help="The registered name of where the person works.")] = None,
    department: Annotated[Department | None, typer.Option(help="The person's department there.")] = None,
    agency: Annotated[str | None, typer.Option(help="A clerk's agency: its registered name or code.")] = None,
    as_json: _Json = False,
) -> None:
    """Make an account. Its initial password is shown once, and has to be changed before it opens anything."""
    settings: Settings = context.obj
    if is_demo_login(login):
        raise BadUserInputError(
            "Logins that begin like this are the demo's, and signed in nowhere else. Choose another."
        )
    password = secrets.token_urlsafe(_INITIAL_BYTES)

    async def work(runtime: Runtime) -> Account:
        password_hash = await Passwords(standard_hasher()).hash(password)
        async with runtime.database.begin() as connection:
            account = await make_account(
                connection,
                login=login,
                name=name,
                roles=role,
                procuratorate=procuratorate,
                department=department,
                agency=agency,
                password_hash=password_hash,
                must_change_password=True,
            )
            detail = {
                "login": account.login,
                "roles": account.roles,
                "procuratorate": procuratorate,
                "department": account.department,
                "agency": agency,
            }
            await write_change(connection, "user add", detail)
            return account

    made = run(lambda: with_runtime(settings, work))
    _print_password(made.login, password, as_json=as_json)


async def make_account(
    connection: DatabaseConnection,
    *,
    login: str,
    name: str,
    roles: Sequence[Role],
    procuratorate: str | None,
    department: Department | None,
    agency: str | None,
    password_hash: str,
    must_change_password: bool,
) -> Account:
    """Make a person's account. Raises BadUserInputError for one that would belong nowhere, or in two places."""
    if not is_login(login):
        raise BadUserInputError(LOGIN_TAKES)
    if not name.strip() or printable(name) != name:
        raise BadUserInputError("Give the person's name with --name, without control characters.")
    if _MADE_OTHERWISE & set(roles):
        raise BadUserInputError("A machine's account is made with its key: `jiandu token issue`.")
    procuratorate_id = None if procuratorate is None else await _procuratorate_id(connection, procuratorate)
    agency_id = None if agency is None else await agency_id_of(connection, agency)
    wanted = Account(
        id=0,
        login=login,
        name=name.strip(),
        roles=tuple(dict.fromkeys(roles)),
        procuratorate_id=procuratorate_id,
        department=department,
        agency_id=agency_id,
        disabled_at=None,
    )
    if not belongs_rightly(wanted) or (department is not None and procuratorate_id is None):
        raise BadUserInputError(
            "A clerk has --agency and no other role; everybody else has --procuratorate, which an administrator may do "
            "without. A department is a procuratorate's."
        )
    return await add_account(
        connection,
        login=wanted.login,
        name=wanted.name,
        roles=wanted.roles,
        procuratorate_id=wanted.procuratorate_id,
        department=wanted.department,
        agency_id=wanted.agency_id,
        password_hash=password_hash,
        must_change_password=must_change_password,
        now=now(),
    )


async def _procuratorate_id(connection: DatabaseConnection, name: str) -> int:
    found = await find_procuratorate(connection, name)
    if found is None:
        raise BadUserInputError(
            "No procuratorate of this name is registered. Give --procuratorate as it was registered."
        )
    return found


@app.command("list")
def list_(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an account.")] = False,
) -> None:
    """List the accounts: roles, where they belong, and whether they are open."""
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> Sequence[ListedAccount]:
        await write_down(runtime, "user list", Deed(action=AuditAction.LIST, operation="user list", detail={}))
        async with runtime.database.begin() as connection:
            return await list_accounts(connection)

    for listed in run(lambda: with_runtime(settings, work)):
        _print(listed, as_json=as_json)


@app.command("disable")
def disable(context: typer.Context, login: _Login, as_json: _Json = False) -> None:
    """Close an account. Its sessions and keys are worth nothing from now on; nothing of its history is lost."""

    async def change(connection: DatabaseConnection, found: Credentials) -> bool:
        if Role.LOCAL_ADMINISTRATOR in found.account.roles:
            raise BadUserInputError("This account signs in nowhere. JIANDU_AUTH=required closes what it may do.")
        return await disable_account(connection, found.account.id, now())

    changed = _change(context, "user disable", login, change)
    _tell(login, "disabled", changed, as_json=as_json)


@app.command("enable")
def enable(context: typer.Context, login: _Login, as_json: _Json = False) -> None:
    """Open a disabled account again. The sessions it had stay ended."""

    async def change(connection: DatabaseConnection, found: Credentials) -> bool:
        return await enable_account(connection, found.account.id)

    changed = _change(context, "user enable", login, change)
    _tell(login, "enabled", changed, as_json=as_json)


@app.command("password")
def password(context: typer.Context, login: _Login, as_json: _Json = False) -> None:
    """Give an account a new initial password, shown once, and unlock it; it has to be changed. Its sessions end."""
    fresh = secrets.token_urlsafe(_INITIAL_BYTES)
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> None:
        password_hash = await Passwords(standard_hasher()).hash(fresh)
        async with runtime.database.begin() as connection:
            found = await _found(connection, login)
            if _MADE_OTHERWISE & set(found.account.roles):
                raise BadUserInputError("This account signs in with no password.")
            await set_password(connection, found.account.id, password_hash, must_change=True, now=now())
            await unlock(connection, login_subject(login))
            await write_change(connection, "user password", {"login": login})

    run(lambda: with_runtime(settings, work))
    _print_password(login, fresh, as_json=as_json)


def _change(
    context: typer.Context,
    command: str,
    login: str,
    change: Callable[[DatabaseConnection, Credentials], Awaitable[bool]],
) -> bool:
    settings: Settings = context.obj

    async def work(runtime: Runtime) -> bool:
        async with runtime.database.begin() as connection:
            changed = await change(connection, await _found(connection, login))
            await write_change(connection, command, {"login": login, "changed": changed})
            return changed

    return run(lambda: with_runtime(settings, work))


async def _found(connection: DatabaseConnection, login: str) -> Credentials:
    found = await find_credentials(connection, login)
    if found is None:
        raise BadUserInputError("No account has this login. `jiandu user list` names them all.")
    return found


def _tell(login: str, done: str, changed: bool, *, as_json: bool) -> None:
    if as_json:
        print_json({"login": login, "changed": changed})
    else:
        typer.echo(printable(f"{login} is {done}." if changed else f"{login} was {done} already."))


def _print_password(login: str, shown: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"login": login, "initialPassword": shown})
        return
    typer.echo(f"{login}  {shown}")
    typer.echo("This password is shown once. Change it before the first sign-in: POST /password.", err=True)


def _print(listed: ListedAccount, *, as_json: bool) -> None:
    account = listed.account
    roles = [role.value for role in account.roles]
    if as_json:
        print_json(
            {
                "login": account.login,
                "name": account.name,
                "roles": roles,
                "procuratorate": listed.procuratorate,
                "department": None if account.department is None else account.department.value,
                "agency": listed.agency,
                "mustChangePassword": listed.must_change_password,
                "disabledAt": account.disabled_at,
                "createdAt": listed.created_at,
            }
        )
        return
    place = listed.procuratorate or listed.agency or "-"
    state = "open" if account.disabled_at is None else "disabled"
    typer.echo(printable(f"{account.login}  {account.name}  {','.join(roles)}  {place}  {state}"))
