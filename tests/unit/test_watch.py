"""A drop folder whose files are loaded by a stand-in: what is moved where, and what stays."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from indexer.watch import Watch
from stores.errors import DatabaseError, UnavailableError


@dataclass(frozen=True)
class Loaded:
    accepted: bool
    run: str = "run-1"


@dataclass
class Desk:
    """Answers for each file what its text says, and remembers what it was given."""

    folder: Path
    loaded: list[str] = field(default_factory=list)

    async def load(self, path: Path) -> Loaded:
        self.loaded.append(path.name)
        match text := path.read_text():
            case "away":
                raise UnavailableError("PostgreSQL is away.")
            case "refused":
                raise DatabaseError("PostgreSQL refused a batch.")
            case "fault":
                raise ZeroDivisionError
            case "growing":
                path.write_text("good")
        return Loaded(accepted=text != "bad")

    async def explain(self, _taken: Loaded, target: Path) -> None:
        target.with_name(f"{target.name}.errors").write_text("why")

    def drop(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / f"{name}.csv").write_text(text)

    def there(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def watch(desk: Desk) -> Watch[Loaded]:
    return Watch(desk.folder, -1.0, desk.load, desk.explain)


async def test_what_was_accepted_is_done_and_what_was_not_is_put_beside_its_errors(
    desk: Desk, watch: Watch[Loaded]
) -> None:
    desk.drop(a="good", b="bad")
    await watch.once()
    assert desk.there() == ["done/a.csv", "rejected/b.csv", "rejected/b.csv.errors"]


async def test_nothing_is_moved_while_the_database_is_away(desk: Desk, watch: Watch[Loaded]) -> None:
    desk.drop(a="away", b="good")
    with pytest.raises(UnavailableError):
        await watch.once()
    assert desk.there() == ["a.csv", "b.csv"]


@pytest.mark.parametrize("text", ["refused", "fault"])
async def test_a_file_that_fails_stays_and_keeps_none_waiting_until_it_changes(
    desk: Desk, watch: Watch[Loaded], text: str
) -> None:
    desk.drop(a=text, b="good")
    await watch.once()
    await watch.once()
    assert desk.there() == ["a.csv", "done/b.csv"]
    assert desk.loaded == ["a.csv", "b.csv"]
    desk.drop(a="good!")
    await watch.once()
    assert desk.there() == ["done/a.csv", "done/b.csv"]


async def test_a_file_that_changed_while_it_was_loaded_is_loaded_again(desk: Desk, watch: Watch[Loaded]) -> None:
    desk.drop(a="growing")
    await watch.once()
    assert desk.there() == ["a.csv"]
    await watch.once()
    assert desk.there() == ["done/a.csv"]
    assert desk.loaded == ["a.csv", "a.csv"]
