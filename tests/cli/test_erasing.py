from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.cli import main
from concierge.domain.access import DeskRole
from concierge.domain.custody import Custody
from concierge.domain.ids import PersonId, RecordingId
from concierge.domain.person import Person
from concierge.domain.recording import RecordingState
from concierge.domain.wrapped_key import EVERY, WrappedKey
from tests.adapters.db.samples import recording

ID = RecordingId("rec_" + "a" * 26)


def prepared(folder: Path) -> None:
    async def work() -> None:
        database = Database(url(folder))
        await asyncio.to_thread(migrate, url(folder))
        for name, role in (("sara", DeskRole.SUPERVISOR), ("anna", DeskRole.HOST)):
            person = Person(PersonId(f"per_{name[0] * 26}"), name.title(), name, "", role)
            await database.people.add_person(person, None)
        closed = recording(id=ID, state=RecordingState.CLOSED)
        await database.recordings.add(closed, [WrappedKey(EVERY, "kek-1", 1, b"\x01x")])
        await database.stop()

    asyncio.run(work())


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'concierge.sqlite3'}"


def kept(folder: Path) -> Custody:
    async def work() -> Custody:
        database = Database(url(folder))
        found = (await database.custody.of([ID])).get(ID, Custody())
        await database.stop()
        return found

    return asyncio.run(work())


def asked(folder: Path, *words: str) -> int:
    return main(["erase", ID, "--reason", "asked for", "--data-dir", str(folder), *words])


def test_it_is_erased_by_who_may_and_after_asking_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path)
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    assert asked(tmp_path, "--by", "sara") == 1
    assert asked(tmp_path, "--by", "anna", "--yes") == 1
    assert asked(tmp_path, "--by", "nobody", "--yes") == 1
    assert asked(tmp_path, "--by", "sara", "--yes", "--class", "film") == 1
    assert kept(tmp_path) == Custody()
    monkeypatch.setattr("builtins.input", lambda _question: ID)
    assert asked(tmp_path, "--by", "sara") == 0
    assert "Erased." in capsys.readouterr().out
    (erasure,) = kept(tmp_path).erasures
    assert (erasure.by_name, erasure.reason, erasure.done_ms is not None) == ("Sara", "asked for", True)
