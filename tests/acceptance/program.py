"""The real program in processes of its own: started as a user does, or forked off one that has loaded it already."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import REPOSITORY

# Loading the program takes a second or two, which most tests are not about: each command is a fork of this process.
_FORKS = """
import json, os, sys
from commands.main import main
for line in sys.stdin:
    job = json.loads(line)
    pid = os.fork()
    if not pid:
        os.environ.update(job["environment"])
        for stream, path in ((1, job["out"]), (2, job["err"])):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), stream)
        sys.argv = ["jiandu", *job["words"]]
        main()
        sys.exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """What went wrong: one sentence of ours and nothing else, on standard error."""
        assert self.status == 2, self.err
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("jiandu: ")
        return line


def environment(**settings: str) -> dict[str, str]:
    """An environment with these settings and none of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith("JIANDU_")}
    return clean | {"PYTHONPATH": str(REPOSITORY)} | {f"JIANDU_{name.upper()}": text for name, text in settings.items()}


class Program:
    """Runs commands in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._forks = subprocess.Popen(
            [sys.executable, "-c", _FORKS],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **settings: str) -> Result:
        """Run a command to its end."""
        assert self._forks.stdin
        assert self._forks.stdout
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            job = {
                "words": words,
                "environment": {f"JIANDU_{name.upper()}": text for name, text in settings.items()},
                "out": str(out),
                "err": str(err),
            }
            self._forks.stdin.write(json.dumps(job) + "\n")
            self._forks.stdin.flush()
            return Result(int(self._forks.stdout.readline()), out.read_text(), err.read_text())

    def close(self) -> None:
        """End the process that forks."""
        self._forks.communicate()

    @contextmanager
    def start(self, *words: str, **settings: str) -> Iterator["Running"]:
        """Start a command as a user does; it is killed in the end if it has not ended."""
        with tempfile.TemporaryFile("w+", dir=self.folder) as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "commands", *words],
                cwd=self.folder,
                env=environment(**settings),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            try:
                yield Running(process, errors)
            finally:
                process.kill()
                process.communicate()


@dataclass(frozen=True, slots=True)
class Running:
    """A command that runs."""

    process: subprocess.Popen[str]
    errors: Any

    def line(self) -> Any:
        """The next line of standard output, as JSON. A command that ends instead fails the test with what it said."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self._said()
        return json.loads(line)

    def end(self, how: signal.Signals) -> Result:
        """Send a signal and wait."""
        self.process.send_signal(how)
        out, _ = self.process.communicate(timeout=SECONDS)
        return Result(self.process.returncode, out, self._said())

    def _said(self) -> str:
        self.errors.seek(0)
        return str(self.errors.read())


def ask(addresses: Mapping[str, str], query: str = "{ cases(first: 1) { totalCount } }") -> httpx.Response:
    """Ask a served API."""
    return httpx.post(addresses["graphql"], json={"query": query}, timeout=SECONDS)


SAMPLE = sorted(str(file) for file in (REPOSITORY / "sample").glob("*.jsonl"))
SAMPLE_CASES = 72
NOBODY = "http://127.0.0.1:9"
NO_ELASTICSEARCH = {"elasticsearch_url": ""}
REPORT = {
    "file",
    "run",
    "rows",
    "inserted",
    "updated",
    "unchanged",
    "rejected",
    "waiting",
    "skipped",
    "warnings",
    "errors",
}
COMPARISON = {"database", "index", "missing", "stale", "orphaned", "repaired"}


def postgres_runs(data: str) -> bool:
    return (Path(data) / "postgres" / "postmaster.pid").exists()


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
