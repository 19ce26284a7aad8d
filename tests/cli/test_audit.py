"""The commands of the audit log, on a data directory that a broker left behind."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from concierge.adapters.db.repositories import Database
from concierge.cli import main
from recorder.installation import InstallationKey
from recorder.log.receipt import KIND
from tests.adapters.db.samples import leaf


def left_behind(folder: Path, count: int) -> None:
    assert main(["migrate", "--data-dir", str(folder)]) == 0
    key = InstallationKey.load_or_generate(folder / "keys" / "installation.pem")
    (folder / "keys" / "installation.pub.pem").write_bytes(key.public_pem())
    asyncio.run(append(folder, count))


async def append(folder: Path, count: int) -> None:
    database = Database(f"sqlite:///{folder / 'concierge.sqlite3'}")
    for number in range(count):
        await database.audit.append(leaf(f"Kind{number}"))
    await database.stop()


def run(folder: Path, *arguments: str) -> int:
    return main([*arguments[:2], *arguments[2:], "--data-dir", str(folder)])


def test_export_prove_verify_and_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left_behind(tmp_path, 20)
    assert run(tmp_path, "audit", "export", str(tmp_path / "out")) == 0
    trust = str(tmp_path / "keys" / "installation.pub.pem")
    capsys.readouterr()
    assert main(["audit", "prove", "7", "--data-dir", str(tmp_path)]) == 0
    proof = json.loads(capsys.readouterr().out)
    assert (proof["number"], proof["size"]) == (7, 20)
    assert KIND
    assert main(["audit", "prove", "21", "--data-dir", str(tmp_path)]) == 1
    assert run(tmp_path, "audit", "verify") == 0
    assert "every leaf is as it was signed" in capsys.readouterr().out
    assert run(tmp_path, "audit", "checkpoint") == 0
    assert capsys.readouterr().out.startswith("concierge/")
    assert (tmp_path / "audit.checkpoint").exists()
    assert Path(trust).exists()


def test_a_backup_put_back_is_declared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left_behind(tmp_path, 5)
    backup = (tmp_path / "concierge.sqlite3").read_bytes()
    asyncio.run(append(tmp_path, 4))
    assert run(tmp_path, "audit", "checkpoint") == 0
    for file in tmp_path.glob("concierge.sqlite3*"):
        file.unlink()
    (tmp_path / "concierge.sqlite3").write_bytes(backup)
    assert run(tmp_path, "audit", "verify") == 20
    assert "rolled back" in capsys.readouterr().out
    said = ["restore", "--operator", "Kim", "--backup", "Monday", "--data-dir", str(tmp_path)]
    assert main(said) == 0
    assert "Leaves 6 to 9 are lost; leaf 6 says so, signed." in capsys.readouterr().out
    assert run(tmp_path, "audit", "verify") == 22
    assert "Declared rollback: leaves 6 to 9 were lost; Kim restored Monday." in capsys.readouterr().out


def test_a_witness_needs_no_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    given = [str(tmp_path / "file"), "--name", "w.example/w", "--log-key", "00" * 32]
    assert main(["witness", *given]) == 2
    assert "witness:" in capsys.readouterr().err
