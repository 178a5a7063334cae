"""The program's entry: its commands, its settings' options, its exit status."""

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from commands import accounts, audit, demo, feed, index, maintenance, rules, search, serve, tokens
from commands.runtime import NOT_DONE, set_up_logging
from stores.errors import JianduError
from stores.settings import load_settings

app = typer.Typer(
    name="jiandu",
    help="Search and supervision over administrative-enforcement records (行政执法检察监督).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(feed.app, name="feed")
app.add_typer(index.app, name="index")
app.add_typer(rules.app, name="rules")
app.add_typer(accounts.app, name="user")
app.add_typer(tokens.app, name="token")
app.add_typer(audit.app, name="audit")
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("search")(search.search)
app.command("migrate")(maintenance.migrate)
app.command("settings")(maintenance.show_settings)
app.command("sdl")(maintenance.sdl)


@app.callback()
def settings_from_options(
    context: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(help="The embedded database's folder.")] = None,
    database_url: Annotated[str | None, typer.Option(help="PostgreSQL, instead of the embedded database.")] = None,
    elasticsearch_url: Annotated[str | None, typer.Option(help="Elasticsearch 9, to search with.")] = None,
) -> None:
    """Read the settings: options, then JIANDU_* in the environment, then .env."""
    context.obj = load_settings(data_dir=data_dir, database_url=database_url, elasticsearch_url=elasticsearch_url)


def main() -> None:
    """Run the program. Every error of ours is one sentence on standard error and status 2."""
    set_up_logging()
    try:
        app(prog_name="jiandu")
    except JianduError as error:
        typer.echo(f"jiandu: {error.message}", err=True)
        sys.exit(NOT_DONE)
    except Exception as error:  # noqa: BLE001  whatever it was, the command is not done
        typer.echo(f"jiandu: {_where(error)}jiandu: a fault of the program: report it with these lines.", err=True)
        sys.exit(NOT_DONE)


def _where(error: BaseException) -> str:
    """Where an unexpected error came from, without its message: a driver's may quote the row it was working on."""
    before = error.__cause__ or error.__context__
    trace = "".join(traceback.format_tb(error.__traceback__))
    return (_where(before) if before else "") + f"{type(error).__module__}.{type(error).__qualname__}\n{trace}"
