"""`jiandu feed template` and `jiandu feed layouts`: the forms a feed can have."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.runtime import NOT_DONE, print_json, printable
from indexer.feeds.kinds.catalogue import KINDS
from indexer.feeds.layout_files import layout_files, read_layout, read_layouts
from indexer.feeds.own_layouts import OwnLayout
from indexer.feeds.templates import FORMATS, PUBLISHED, template, template_kind
from stores.errors import BadUserInputError, LayoutError
from stores.settings import Settings

_KINDS = ", ".join((*(kind.value for kind in KINDS), PUBLISHED))


def write_template(
    kind: Annotated[str, typer.Argument(help=f"One of {_KINDS}.")],
    form: Annotated[str | None, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = None,
    output: Annotated[Path | None, typer.Option(help="The file to write; standard output without it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say in JSON which file was written.")] = False,
) -> None:
    """Write an empty table with its header, the units and an example (填报模板)."""
    if form is None:
        form = output.suffix.removeprefix(".").lower() if output is not None else FORMATS[0]
    content = template(template_kind(kind), form)
    if output is None:
        if form == "xlsx" or as_json:
            raise BadUserInputError("Name the file to write with --output: this does not go to standard output.")
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    _write(output, content, force=force)
    if as_json:
        print_json({"file": str(output)})
    else:
        typer.echo(printable(f"{output} was written."))


def _write(path: Path, content: bytes, *, force: bool) -> None:
    try:
        with path.open("wb" if force else "xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise BadUserInputError(f"{path} is there already. Choose another name, or write over it with --force.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise BadUserInputError(f"{path} cannot be written: {reason}.") from error


def known_layouts(settings: Settings, files: list[Path]) -> tuple[OwnLayout, ...]:
    """The agencies' own layouts: those of the folder in the settings, and these files'. Raises LayoutError."""
    of_folder = read_layouts(settings.layouts_dir) if settings.layouts_dir is not None else ()
    return (*of_folder, *map(read_layout, files))


def show_layouts(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Layout files, besides those of JIANDU_LAYOUTS_DIR.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a layout.")] = False,
) -> None:
    """List the layouts agencies have of their own, and check their files. Status: 0 all can be used, 2 one cannot."""
    settings: Settings = context.obj
    of_folder = layout_files(settings.layouts_dir) if settings.layouts_dir is not None else []
    status = 0
    for path in [*of_folder, *(files or [])]:
        try:
            layout = read_layout(path)
        except LayoutError as error:
            status = NOT_DONE
            typer.echo(f"jiandu: {printable(error.message)}", err=True)
            if as_json:
                print_json({"file": str(path), "error": {"code": error.code, "message": error.message}})
            continue
        if as_json:
            print_json({"file": str(path)} | _described(layout))
        else:
            kind = "published table" if layout.kind is None else layout.kind.value
            typer.echo(printable(f"{path}: {layout.name} ({kind}, {len(layout.columns)} columns)"))
    raise typer.Exit(status)


def _described(layout: OwnLayout) -> dict[str, Any]:
    return {
        "name": layout.name,
        "kind": PUBLISHED if layout.kind is None else layout.kind.value,
        "columns": {column.header: column.path for column in layout.columns.values()},
        "constants": sorted(layout.constants),
    }
