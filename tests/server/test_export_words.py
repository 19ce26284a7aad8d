"""An export is checked as its README says, command by command, with common tools and nothing of ours."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from concierge.adapters.clock import SteadyClock
from concierge.adapters.time_authority import HttpTimeAuthority
from concierge.server.export_words import Facts, readme
from concierge.services.stamping import Stamping
from tests.authority import Authority, made, serving
from tests.server.front import Front, front_of
from tests.services.desk import FakeClock, desk_in
from tests.services.tape import taped

WHY = {"reason": "Court order 7 of 12"}
PATH = os.environ["PATH"]  # noqa: TID251 - the shell needs to find sha256sum and openssl


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with serving(made(tmp_path / "tsa")) as authority:
        yield authority


def commands(folder: Path) -> list[str]:
    lines = (folder / "README.txt").read_text().splitlines()
    return [line[4:] for line in lines if line.startswith("    ")]


def run(folder: Path, *lines: str) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
        cwd=folder, env={"PATH": PATH, "LC_ALL": "C"}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def unpacked(answer: httpx2.Response, folder: Path) -> Path:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    return folder


async def exported(front: Front, folder: Path) -> Path:
    tape = await taped(front.desk, 12)
    key = await front.key(front.auditor)
    answer = await front.browser().http.post(
        f"/api/v1/recordings/{tape.recording}/export", json=WHY, headers=key
    )
    return unpacked(answer, folder)


async def test_every_command_of_the_readme_holds_with_foreign_tools_alone(
    tmp_path: Path, authority: Authority
) -> None:
    (tmp_path / "recordings").mkdir()
    clock = SteadyClock(0)
    asker = HttpTimeAuthority(authority.url, authority.ca, clock)
    async with desk_in(tmp_path, FakeClock(clock.wall())) as desk, front_of(desk, authority=asker) as front:
        tape = await taped(desk, 12)
        assert await Stamping(desk.log, desk.database.stamps, asker, desk.clock).stamp()
        auditor = await front.signed_in(front.auditor)
        page = f"/recordings/{tape.recording}/export"
        out = unpacked(await auditor.fill(page, page, **WHY), tmp_path / "out")
    shutil.copy(authority.ca, out / "authority.pem")
    lines = commands(out)
    assert len(lines) == 14
    code, said = run(out, *lines)
    assert code == 0, said
    for words in ("recording.webm: OK", "named", "same", "Verification: OK", "included"):
        assert words in said
    assert said.count("Signature Verified Successfully") == 2
    early = "openssl ts -verify -data log-at-close/checkpoint -in log-at-close/checkpoint.tsr -CAfile authority.pem"
    assert run(out, early)[0] == 0


@pytest.mark.parametrize(
    "file",
    ["events.jsonl", "recording.webm", "README.txt", "SHA256SUMS", "statement.json", "statement.pae", "statement.sig",
     "log/leaf.json", "log/inclusion", "log/checkpoint"],
)  # fmt: skip
async def test_a_changed_byte_anywhere_is_noticed(front: Front, tmp_path: Path, file: str) -> None:
    out = await exported(front, tmp_path / "out")
    lines = [line for line in commands(out) if "statement.tsr" not in line]
    content = bytearray((out / file).read_bytes())
    content[len(content) // 3] ^= 1
    (out / file).write_bytes(content)
    code, said = run(out, *lines)
    assert code != 0 or not all(word in said.split() for word in ("named", "same", "included"))


def test_the_readme_says_who_when_and_why() -> None:
    facts = Facts("Northwind", "rec_x", "INC-1", "Anna / Maria", "2026-11-21 10:00:00", "ok.", "Dora (auditor)",
                  "2026-11-21 12:00:00", "Court order")  # fmt: skip
    words = readme(lambda text: text, facts)
    for said in ("A recording, exported from Northwind", "Exported by: Dora (auditor)", "Reason: Court order",
                 "Exported at: 2026-11-21 12:00:00 UTC", "sha256sum -c SHA256SUMS"):  # fmt: skip
        assert said in words
