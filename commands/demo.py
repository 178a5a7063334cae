"""`jiandu demo`: the embedded database with the sample feed, served on this machine."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer

from commands.accounts import make_account
from commands.rule_options import day_of
from commands.rule_run import judging_of
from commands.runtime import Runtime, now, print_json, run, with_runtime
from commands.serve import Addresses, opens_locally, serve_until_ended
from indexer.loading import LoadOptions, load_feed
from schema.access_vocabularies import Role
from schema.vocabularies import Department
from stores.errors import DatabaseError, LoginTakenError
from stores.passwords import Passwords, standard_hasher
from stores.settings import Settings

_SAMPLE = Path(__file__).resolve().parent.parent / "sample"
_HOST = "127.0.0.1"

# Everybody knows it: no server but the demo's lets these accounts in, though they stay in its database.
_PASSWORD = "jiandu demo 2015"  # noqa: S105  the demo's, on this machine alone
_CITY = "南阳市人民检察院"
_COUNTY = "南阳市卧龙区人民检察院"
_ACCOUNTS: Final = (
    ("demo.officer", "演示承办人", Role.CASE_OFFICER, _COUNTY, Department.INVESTIGATION_SUPERVISION, None),
    ("demo.head", "演示部门负责人", Role.DEPARTMENT_HEAD, _CITY, Department.INVESTIGATION_SUPERVISION, None),
    ("demo.chief", "演示检察长", Role.CHIEF, _CITY, None, None),
    ("demo.management", "演示案管人员", Role.CASE_MANAGEMENT, _CITY, Department.CASE_MANAGEMENT, None),
    ("demo.discipline", "演示纪检人员", Role.DISCIPLINE, _CITY, Department.DISCIPLINE, None),
    ("demo.campaign", "演示活动办人员", Role.CAMPAIGN_OFFICE, _CITY, None, None),
    ("demo.auditor", "演示审计员", Role.AUDITOR, _CITY, None, None),
    ("demo.clerk", "演示录入员", Role.AGENCY_CLERK, None, None, "南阳市环境保护局"),
    ("demo.administrator", "演示管理员", Role.ADMINISTRATOR, None, None, None),
)


def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at; 0: any that is free.")] = 8000,
    data: Annotated[Path | None, typer.Option(help="The folder of the embedded database.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The addresses as one JSON object.")] = False,
) -> None:
    """Load the sample into the embedded database and serve it at http://127.0.0.1:8000/graphql."""
    given: Settings = context.obj
    changes = {"database_url": None, "elasticsearch_url": None} | ({} if data is None else {"data_dir": data})
    settings = given.model_copy(update=changes)

    async def load(runtime: Runtime) -> None:
        for file in sorted(_SAMPLE.glob("*.jsonl")):
            report = await load_feed(runtime.database, runtime.keys, file, options=LoadOptions(), clock=now)
            counts = report.accounts
            if counts.rejected:
                raise DatabaseError(f"The sample {file.name} does not load: {report.errors[0]['message']}")
            typer.echo(f"{file.name}: {counts.inserted} new, {counts.rows - counts.inserted} known already", err=True)
        await _make_accounts(runtime)
        judged = await judging_of(runtime).run(day_of(None))
        typer.echo(f"rules: {judged.evaluated} cases judged, {judged.opened} findings opened", err=True)

    def announce(addresses: Addresses) -> None:
        if as_json:
            print_json(addresses.as_json())
            return
        needed = "no sign-in is needed" if opens_locally(settings, _HOST) else "JIANDU_AUTH=required: a token is needed"
        typer.echo(f"\nGraphQL  {addresses.graphql}   ({needed})\nHealth   {addresses.health}")
        body = {"login": "demo.officer", "password": _PASSWORD, "purpose": "演示"}
        url = addresses.graphql.removesuffix("/graphql") + "/sign-in"
        typer.echo(
            f"Accounts {', '.join(login for login, *_ in _ACCOUNTS)}   (password: {_PASSWORD})\n"
            f"Sign in  curl {url} -H 'content-type: application/json' -d '{json.dumps(body, ensure_ascii=False)}'\n"
            "Ctrl-C ends it."
        )

    run(lambda: with_runtime(settings, load))
    serve_until_ended(settings, host=_HOST, port=port, demo=True, announce=announce)


async def _make_accounts(runtime: Runtime) -> None:
    """One account for each main role, unless there is one already."""
    # One for all: that they share a password is no secret.
    password_hash = await Passwords(standard_hasher()).hash(_PASSWORD)
    for login, name, role, procuratorate, department, agency in _ACCOUNTS:
        # Another demo may have made it, or be making it.
        with suppress(LoginTakenError):
            async with runtime.database.begin() as connection:
                await make_account(
                    connection,
                    login=login,
                    name=name,
                    roles=[role],
                    procuratorate=procuratorate,
                    department=department,
                    agency=agency,
                    password_hash=password_hash,
                    must_change_password=False,
                )
