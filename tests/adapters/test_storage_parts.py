from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.db.repositories import Database
from concierge.adapters.storage_parts import BucketPlace, CredentialsUnreadable, Storage, storage_parts
from concierge.domain.ids import RecordingId
from concierge.services.disk_watch import DiskWatch
from concierge.services.storing import StorageRules
from tests.peers.seaweed import Weed
from tests.services.desk import FakeClock


def put_together(
    folder: Path, database: Database, credentials: Path | None, endpoint: str, name: str
) -> Storage:
    return storage_parts(
        BucketPlace(name, endpoint, "us-east-1", "desk/", "", credentials),
        StorageRules(),
        recordings=folder,
        durable=lambda _recording: None,
        ledger=database.storage,
        audit=database.audit,
        clock=FakeClock(),
        disk=DiskWatch(),
    )


@pytest.mark.peer
async def test_credentials_from_a_file_open_the_bucket(
    tmp_path: Path, database: Database, weed: Weed
) -> None:
    file = tmp_path / "credentials"
    file.write_text("reader\nreader-secret\n", encoding="ascii")
    storage = put_together(tmp_path, database, file, weed.endpoint, weed.bucket())
    assert await storage.bucket.pieces(RecordingId("rec_one")) == []
    assert (await storage.stored.verify(RecordingId("rec_one"))).wrong == ()
    await storage.storing.round()
    assert storage.storing.state.fault == ""
    storage.stop()


@pytest.mark.parametrize("text", ["", "one", "one\ntwo\nthree", "schlüssel\nzwei"])
def test_anything_but_two_lines_is_refused(tmp_path: Path, database: Database, text: str) -> None:
    file = tmp_path / "credentials"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CredentialsUnreadable, match="two lines"):
        put_together(tmp_path, database, file, "http://localhost:1", "bucket")
