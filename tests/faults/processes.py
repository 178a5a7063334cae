"""Commands in processes of their own, as many at once as a test wants, each of which can be killed at any moment."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.acceptance.program import Result, environment

_SECONDS = 60.0
_LOOKS_AGAIN_SECONDS = 0.01

# Loading the program takes two seconds: each command is a fork of one process that has loaded it, and that takes
# the others with it when it ends.
_FORKS = """
import gc, json, os, signal, sys
from commands.main import main

gc.freeze()
running = set()
try:
    for line in sys.stdin:
        job = json.loads(line)
        if "asked" in job:
            pid, status = os.waitpid(job["asked"], os.WNOHANG)
            running.discard(pid)
            print(json.dumps(os.waitstatus_to_exitcode(status) if pid else None), flush=True)
            continue
        pid = os.fork()
        if pid:
            running.add(pid)
            print(pid, flush=True)
            continue
        running.clear()
        os.environ.update(job["environment"])
        for stream, path in ((1, job["out"]), (2, job["err"])):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), stream)
        sys.argv = ["jiandu", *job["words"]]
        status = 0
        try:
            main()
        except SystemExit as end:
            status = end.code
        sys.stdout.flush()
        sys.stderr.flush()
        # Taking the whole program down in good order would cost more than all that it did.
        os._exit(status or 0)
finally:
    for pid in running:
        os.kill(pid, signal.SIGKILL)
"""


class Programs:
    """Starts commands in a folder, until it is closed."""

    def __init__(self, folder: Path) -> None:
        """Load the program once."""
        self._folder = folder
        self._names = count(1)
        self._forks = subprocess.Popen(
            [sys.executable, "-c", _FORKS],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C reaches the tests, which end what they started.
            start_new_session=True,
        )

    def start(self, words: Sequence[str], settings: dict[str, str]) -> "Running":
        """Start a command."""
        name = f"{next(self._names)}-{'-'.join(words[:2])}"
        out, err = self._folder / f"{name}.out", self._folder / f"{name}.err"
        for path in (out, err):
            # One that is killed at once has not come to open them.
            path.touch()
        variables = {f"JIANDU_{key.upper()}": value for key, value in settings.items()}
        job = {"words": list(words), "environment": variables, "out": str(out), "err": str(err)}
        return Running(self, int(self._tell(job)), out, err)

    def status(self, pid: int) -> int | None:
        """How a command ended; None while it runs. To be asked no more after that."""
        status: int | None = json.loads(self._tell({"asked": pid}))
        return status

    def close(self) -> None:
        """End every command that still runs."""
        self._forks.communicate()

    def _tell(self, job: Mapping[str, object]) -> str:
        assert self._forks.stdin
        assert self._forks.stdout
        self._forks.stdin.write(json.dumps(job) + "\n")
        self._forks.stdin.flush()
        return self._forks.stdout.readline()


@dataclass
class Running:
    """A command that was started."""

    programs: Programs
    pid: int
    out: Path
    err: Path
    status: int | None = None

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        if self.status is None:
            self.status = self.programs.status(self.pid)
        return self.status is None

    def kill(self) -> None:
        """Kill it as a crash would: it hears of nothing."""
        self._end_by(signal.SIGKILL)

    def end(self) -> Result:
        """Tell it to end, as a service manager does, and wait."""
        self._end_by(signal.SIGTERM)
        return self.result()

    def result(self, seconds: float = _SECONDS) -> Result:
        """Wait until it has ended; a test fails that waits too long."""
        deadline = time.monotonic() + seconds
        while self.runs:
            assert time.monotonic() < deadline, f"it has not ended after {seconds} s, and said: {self.err.read_text()}"
            time.sleep(_LOOKS_AGAIN_SECONDS)
        assert self.status is not None
        return Result(self.status, self.out.read_text(), self.err.read_text())

    def refusal(self) -> str:
        """The sentence with which it ended, for it could not do its work; the log stands before it."""
        ended = self.result()
        assert ended.status == 2, ended
        line = ended.err.splitlines()[-1]
        assert line.startswith("jiandu: ")
        return line

    def _end_by(self, how: signal.Signals) -> None:
        if self.runs:
            os.kill(self.pid, how)
            self.result()
