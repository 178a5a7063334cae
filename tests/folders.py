"""Folders of servers that last no longer than a test."""

import os
import tempfile
from pathlib import Path
from typing import Final

import psutil

MEMORY: Final = Path("/dev/shm")  # noqa: S108  only folders of our own are made in it
PLENTY: Final = 4 * 2**30
"""Bytes that must be free for folders to be made in memory: a run takes a tenth of it."""


def temporary_parent(memory: Path = MEMORY, plenty: int = PLENTY) -> Path:
    """Where to make a folder that a server of another user reaches: in memory where plenty of it is free, else on disk.

    Each test's database is a copy of some six hundred files, which costs ten times as much on disk. What a server wrote
    outlives its processes in either.
    """
    # Elasticsearch unpacks libraries in its folder, which it has to be let run.
    if os.access(memory, os.W_OK | os.X_OK) and not os.statvfs(memory).f_flag & os.ST_NOEXEC:
        free = min(psutil.disk_usage(str(memory)).free, psutil.virtual_memory().available)
        if free >= plenty:
            return memory
    # As root the database runs as another user, who reaches no folder of root's own.
    return Path("/var/tmp") if os.geteuid() == 0 else Path(tempfile.gettempdir())  # noqa: S108  a fresh folder is made in it


def new_folder() -> Path:
    """A fresh folder that a server of another user reaches; whoever makes it removes it."""
    folder = Path(tempfile.mkdtemp(prefix="jiandu-test-", dir=temporary_parent()))
    folder.chmod(0o755)
    return folder
