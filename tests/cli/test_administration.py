"""Commands that do one thing and end."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from concierge import shipped
from concierge.adapters.db.migrate import head
from concierge.adapters.db.repositories import Database
from concierge.cli import main


async def people_in(folder: Path) -> list[str]:
    database = Database(f"sqlite:///{folder / 'concierge.sqlite3'}")
    await database.start()
    try:
        return [person.name for person in await database.people.hosts()]
    finally:
        await database.stop()


def test_migrate_makes_a_database_that_fits_and_can_be_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["migrate", "--data-dir", str(tmp_path)]) == 0
    assert "fits" in capsys.readouterr().out
    assert (tmp_path / "concierge.sqlite3").exists()
    assert head()


def test_the_shipped_policies_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check"]) == 0
    assert str(shipped.POLICIES) in capsys.readouterr().out


def test_policies_that_do_not_hold_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.cedar").write_text("permit(principal", encoding="utf-8")
    assert main(["policy", "check", str(tmp_path)]) == 5
    assert capsys.readouterr().err.strip()


async def test_a_person_added_can_host_and_gets_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from concierge.cli.administration import _add_person
    from concierge.cli.commands import _parser
    from concierge.config import load

    given = [
        "person",
        "add",
        "--data-dir",
        str(tmp_path),
        "--name",
        "Ada",
        "--sign-in-name",
        "ada",
        "--role",
        "host",
    ]
    tmp_path.joinpath("keys").mkdir(mode=0o700)
    assert await _add_person(load({"data_dir": str(tmp_path)}, {}), _parser().parse_args(given)) == 0
    assert re.search(r"http://localhost:8080/enter/\S{40,}", capsys.readouterr().out)
    assert await people_in(tmp_path) == ["Ada"]


async def test_somebody_is_disabled_and_enabled_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(tmp_path)]
    added = ["--name", "Ada Long", "--sign-in-name", "ada", "--role", "host"]
    tmp_path.joinpath("keys").mkdir(mode=0o700)

    async def run(*arguments: str) -> int:
        return await asyncio.to_thread(main, ["person", *arguments, *where])

    assert await run("add", *added) == 0
    for verb, said, left in (
        ("disable", "is disabled", []),
        ("disable", "was disabled already", []),
        ("enable", "can sign in again", ["Ada Long"]),
        ("enable", "was not disabled", ["Ada Long"]),
    ):
        capsys.readouterr()
        assert await run(verb, "ADA") == 0
        assert f"Ada Long {said}" in capsys.readouterr().out
        assert await people_in(tmp_path) == left
    assert await run("disable", "nobody") == 1
    assert "Nobody signs in as nobody" in capsys.readouterr().err
