"""Whoever waits for a load sees rows, rows a second and the time left."""

import io
import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from commands.feed_progress import shown_progress


class Terminal(io.StringIO):
    """A terminal that keeps what it is shown."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def two_seconds_a_look() -> Callable[[], float]:
    """A clock that goes on by two seconds whenever it is asked."""
    clock = itertools.count(0.0, 2.0)
    return lambda: next(clock)


def test_a_terminal_shows_a_bar_that_nothing_in_a_files_name_can_steer(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with shown_progress(Path("night\x1b]0;x[bold].csv")) as progress:
        progress(4_000, 0.25)
        progress(8_000, 0.5)
    shown = terminal.getvalue()
    assert "8000 rows" in shown
    assert "rows/s" in shown
    assert "50%" in shown
    assert "[bold].csv" in shown
    assert "\x1b]0;x" not in shown


def test_elsewhere_a_line_is_logged_now_and_then_and_each_member_begins_anew() -> None:
    with capture_logs() as lines, shown_progress(Path("night.zip"), two_seconds_a_look()) as progress:
        for rows, fraction in ((1_000, 0.1), (2_000, 0.2), (3_000, 0.3), (10, 0.5), (20, 0.9)):
            progress(rows, fraction)
    assert lines
    assert {line["file"] for line in lines} == {"night.zip"}
    assert [line["percent"] for line in lines] == sorted(line["percent"] for line in lines)
    assert all(line["rows_per_second"] > 0 for line in lines)
