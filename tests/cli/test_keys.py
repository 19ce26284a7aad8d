from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.adapters.keys import Keyring
from concierge.adapters.keys.local import FileKeks
from concierge.cli import main
from concierge.domain.wrapped_key import EVERY, WrappedKey
from tests.adapters.db.samples import RECORDING, recording

SECRET = bytes(range(100, 132))


def asked(folder: Path, *words: str) -> int:
    return main([*words, "--data-dir", str(folder)])


def stored(folder: Path, *keys: WrappedKey) -> tuple[WrappedKey, ...]:
    """Keep a recording's keys when there are any given; return those that are kept."""

    async def work() -> tuple[WrappedKey, ...]:
        url = f"sqlite:///{folder / 'concierge.sqlite3'}"
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        if keys:
            await database.recordings.add(recording(), keys)
        found = await database.recordings.wrapped_keys(RECORDING)
        await database.stop()
        return found

    return asyncio.run(work())


def test_keys_are_rotated_listed_and_forgotten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    keks = FileKeks(tmp_path / "keys" / "kek", may_make=True)
    (key,) = Keyring(keks).wrap(RECORDING, {EVERY: SECRET})
    stored(tmp_path, key)
    assert asked(tmp_path, "keys", "rotate") == 0
    (after,) = stored(tmp_path)
    assert after.kek != key.kek
    assert Keyring(keks).unwrap(RECORDING, [after]) == {EVERY: SECRET}
    assert asked(tmp_path, "keys", "list") == 0
    told = capsys.readouterr().out
    assert f"{after.kek}" in told
    assert "backups may still need it" in told
    assert asked(tmp_path, "keys", "forget", after.kek) == 1
    assert asked(tmp_path, "keys", "forget", key.kek) == 0
    assert asked(tmp_path, "keys", "forget", key.kek) == 1
    assert asked(tmp_path, "keys", "list") == 0
    assert key.kek not in capsys.readouterr().out.split("forgotten")[-1].splitlines()[-1]


def test_an_interrupted_rotation_is_finished_before_a_newer_key_is_made(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    keks = FileKeks(tmp_path / "keys" / "kek", may_make=True)
    (key,) = Keyring(keks).wrap(RECORDING, {EVERY: SECRET})
    stored(tmp_path, key)
    newer = keks.renew()
    assert asked(tmp_path, "keys", "rotate") == 0
    assert stored(tmp_path)[0].kek == newer


def test_a_lost_kek_is_said_by_list_and_doctor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (key,) = Keyring(b"x" * 32).wrap(RECORDING, {EVERY: SECRET})
    stored(tmp_path, key)
    assert asked(tmp_path, "keys", "list") == 1
    assert "LOST" in capsys.readouterr().out
    asked(tmp_path, "doctor")
    told = capsys.readouterr().out
    assert f"MEND  recordings whose key was wrapped by {key.kek}" in told


def test_keys_stand_in_nothing_that_is_printed_logged_or_inherited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_KEK", SECRET.hex())
    (tmp_path / "settings.toml").write_text('kek = "env:DESK_KEK"\n')
    config = str(tmp_path / "settings.toml")
    (key,) = Keyring(SECRET).wrap(RECORDING, {EVERY: b"d" * 32})
    stored(tmp_path, key)
    told = ""
    for words in (("keys", "list"), ("keys", "rotate"), ("doctor",)):
        monkeypatch.setenv("DESK_KEK", SECRET.hex())
        asked(tmp_path, *words, "--config", config)
        assert "DESK_KEK" not in os.environ  # noqa: TID251 - what a child would inherit
        told += "".join(capsys.readouterr())
    monkeypatch.setenv("DESK_KEK", SECRET.hex()[:-2])
    assert asked(tmp_path, "keys", "list", "--config", config) != 0
    told += "".join(capsys.readouterr())
    assert "wraps now" in told
    files = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for form in (SECRET, b"d" * 32, SECRET.hex().encode(), SECRET.hex()[:-2].encode()):
        assert form not in files
        assert form.decode("latin-1") not in told
