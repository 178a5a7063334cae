"""The program's entry, `python -m commands` too: from here on nothing ends it but in good order."""

import signal
import sys
from typing import NoReturn

NOT_DONE = 2


def _end(_signal: int, _frame: object) -> NoReturn:
    sys.exit(NOT_DONE)


def main() -> None:
    """Run the program. A signal that comes while it is still being loaded ends it quietly."""
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)
    from commands.main import main as run_program  # noqa: PLC0415  loading takes a second, in which Ctrl-C may come

    run_program()


if __name__ == "__main__":
    main()
