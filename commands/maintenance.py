"""`jiandu migrate`, `settings` and `sdl`: what an engineer runs by hand or in a check."""

import os
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from api.graphql_schema import sdl as printed_sdl
from commands.runtime import print_json, run
from stores.embedded import start_embedded, stop_embedded
from stores.errors import SchemaFileError
from stores.migrating import check_migrations
from stores.migrating import migrate as migrate_database
from stores.postgres import masked_url, parse_database_url
from stores.settings import PREFIX, Settings

_SDL_FILE = Path(__file__).resolve().parent.parent / "schema" / "schema.graphql"


def migrate(
    context: typer.Context,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Only see whether the migrations give the tables in schema/, in a database thrown away."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Bring the database to the newest revision."""
    settings: Settings = context.obj
    if check:
        revision = run(_check)
        if as_json:
            print_json({"from": None, "to": revision})
        else:
            typer.echo("The migrations give the tables in schema/.")
        return
    before, after = run(lambda: _migrate(settings))
    if as_json:
        print_json({"from": before, "to": after})
    elif before == after:
        typer.echo(f"The database is at revision {after} already.")
    else:
        typer.echo(f"The database went from revision {before or 'none'} to {after}.")


async def _migrate(settings: Settings) -> tuple[str | None, str | None]:
    if settings.database_url is None:
        return await migrate_database((await start_embedded(settings.data_dir)).owner)
    owner, variable = settings.owner_database_url, "JIANDU_OWNER_DATABASE_URL"
    if owner is None:
        owner, variable = settings.database_url, "JIANDU_DATABASE_URL"
    return await migrate_database(parse_database_url(owner.get_secret_value(), variable))


async def _check() -> str | None:
    """Migrate an empty database and compare; answers the revision it came to."""
    # As root the folder's parents must be open to the database's own user, as the system's temporary folder is.
    with tempfile.TemporaryDirectory(dir="/var/tmp" if os.geteuid() == 0 else None) as folder:  # noqa: S108  a fresh one in it
        Path(folder).chmod(0o755)
        embedded = await start_embedded(Path(folder))
        try:
            _, revision = await migrate_database(embedded.owner)
            await check_migrations(embedded.owner)
        finally:
            await stop_embedded(Path(folder))
        return revision


def show_settings(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print every setting with its source; secrets are masked."""
    settings: Settings = context.obj
    rows = {name: _setting(settings, name) for name in Settings.model_fields}
    if as_json:
        print_json(rows)
        return
    for name, row in rows.items():
        typer.echo(f"{PREFIX}{name.upper()}={row['value'] if row['value'] is not None else ''}  ({row['source']})")
        typer.echo(f"    {Settings.model_fields[name].description}")


def _setting(settings: Settings, name: str) -> dict[str, Any]:
    value = getattr(settings, name)
    shown: str | None
    if isinstance(value, SecretStr):
        shown = masked_url(value.get_secret_value()) if name.endswith("_url") else "***"
    else:
        shown = None if value is None else str(value)
    return {"value": shown, "source": settings.source_of(name)}


def sdl(
    check: Annotated[bool, typer.Option("--check", help="Fail when schema/schema.graphql is out of step.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write schema/schema.graphql.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The schema as one JSON object.")] = False,
) -> None:
    """Print the GraphQL schema."""
    text = printed_sdl()
    if as_json:
        print_json({"sdl": text})
    elif not check and not write:
        typer.echo(text, nl=False)
    if write:
        _SDL_FILE.write_text(text, encoding="utf-8")
    elif check and (not _SDL_FILE.exists() or _SDL_FILE.read_text(encoding="utf-8") != text):
        raise SchemaFileError("schema/schema.graphql is not what the API serves: run `make sdl` and commit the file.")
