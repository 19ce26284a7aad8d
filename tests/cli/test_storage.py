"""`concierge storage`: status, verify and fetch against a real bucket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from concierge.adapters.bucket import S3Bucket
from concierge.cli import main
from concierge.domain.ids import RecordingId
from recorder.cli import main as recorder
from recorder.installation import InstallationKey
from tests.peers.seaweed import Weed
from tests.services.desk import desk_in
from tests.services.warehouse import warehouse_of

pytestmark = pytest.mark.peer


@dataclass
class Installation:
    """A data directory with one recording, stored in a bucket."""

    folder: Path
    weed: Weed
    bucket: str
    recording: RecordingId

    def run(self, *words: str, way: str = "reader") -> int:
        credentials = self.folder / f"{way}.txt"
        credentials.write_text(f"{way}\n{way}-secret\n", encoding="ascii")
        settings = {
            "--data-dir": self.folder,
            "--database-url": f"sqlite:///{self.folder / 'desk.sqlite3'}",
            "--bucket": self.bucket,
            "--bucket-endpoint": self.weed.endpoint,
            "--bucket-credentials-file": credentials,
        }
        given = [str(one) for pair in settings.items() for one in pair]
        return main(["storage", words[0], *given, *words[1:]])

    def delete_a_piece(self) -> None:
        async def delete() -> None:
            bucket = S3Bucket(self.weed.settings(self.bucket))
            await bucket.delete((await bucket.pieces(self.recording))[0])
            bucket.stop()

        asyncio.run(delete())


@pytest.fixture
def installation(tmp_path: Path, weed: Weed) -> Installation:
    async def record() -> tuple[str, RecordingId]:
        async with desk_in(tmp_path) as desk, warehouse_of(desk, weed) as warehouse:
            recording = await warehouse.recorded(5)
            await warehouse.storing().round()
            return warehouse.bucket, recording

    bucket, recording = asyncio.run(record())
    return Installation(tmp_path, weed, bucket, recording)


def test_status_counts_and_says_whether_the_bucket_answers(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert installation.run("status") == 0
    said = capsys.readouterr().out
    assert "1 of 1 recordings are stored" in said
    assert "The bucket answers." in said
    assert installation.run("status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "bucket": "ok", "recordings": 1, "released": 0, "stored": 1, "waiting": 0, "waiting_bytes": 0
    }  # fmt: skip
    assert installation.run("status", way="appender") == 0
    assert "enough to store" in capsys.readouterr().out


def test_verify_reads_everything_back(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert installation.run("verify") == 0
    assert f"{installation.recording}: 1 pieces are right, 0 are not" in capsys.readouterr().out
    installation.delete_a_piece()
    assert installation.run("verify", installation.recording) == 1
    assert "is not in the bucket" in capsys.readouterr().err


def test_fetch_gives_a_folder_that_the_verifier_accepts(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "fetched"
    assert installation.run("fetch", installation.recording, "--into", str(place)) == 0
    assert "recorder verify" in capsys.readouterr().out
    trust = tmp_path / "pub.pem"
    keep = InstallationKey.load_or_generate(tmp_path / "installation.pem")
    trust.write_bytes(keep.public_pem())
    assert recorder(["verify", str(place), "--trust", str(trust)]) == 0
    assert installation.run("fetch", installation.recording, "--into", str(place)) == 1
    assert installation.run("fetch", "rec_none", "--into", str(tmp_path / "other")) == 1
    assert "is not in the bucket" in capsys.readouterr().err


def test_without_a_bucket_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["storage", "status", "--data-dir", str(tmp_path)]) == 2
    assert "bucket is missing" in capsys.readouterr().err
