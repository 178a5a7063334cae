"""The SQL files beside the stores: statements with names, each behind a line `-- name: …`."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def named_statements(file: str) -> Mapping[str, str]:
    """The statements of a file by their names; read once."""
    script = resources.files("stores").joinpath(file).read_text(encoding="utf-8")
    parts = _NAME.split(script)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))
