from __future__ import annotations

import json
import zipfile

import pytest

from concierge.domain.access import Principal
from concierge.domain.errors import BadInput, Refused
from concierge.services.export_port import StampUnavailable
from concierge.services.exporting import Exports
from concierge.services.keeping import Asker
from concierge.services.stamping import Stamping
from tests.services.desk import Desk
from tests.services.tape import taped

DORA = Asker(Principal("Person", "per_" + "d" * 26, "auditor"), "Dora Audit")
WHY = "Court order 7 of 12"
PLAIN = {
    "README.txt", "SHA256SUMS", "events.jsonl", "installation.pub.pem", "recording.webm", "statement.dsse.json",
    "statement.json", "statement.pae", "statement.sig", "verdict.json",
    "log/checkpoint", "log/inclusion", "log/inclusion.json", "log/leaf.json",
}  # fmt: skip


class Stamps:
    """An authority without paper."""

    certificates = b""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault

    async def stamp(self, message: bytes) -> bytes:
        if self.fault:
            raise StampUnavailable(self.fault)
        return b"stamped " + message[:8]


@pytest.fixture
def exports(desk: Desk) -> Exports:
    return desk.exports()


async def leaves(desk: Desk) -> list[dict[str, object]]:
    tail = await desk.tools.audit.tail(100)
    return [json.loads(leaf.detail) for _, leaf in tail if leaf.kind == "RecordingExported"]


async def test_an_export_is_lent_and_then_gone_and_says_who_and_why(desk: Desk, exports: Exports) -> None:
    tape = await taped(desk, 30)
    async with exports.bundle(DORA, tape.recording, f"  {WHY} ", "About this") as bundle:
        with zipfile.ZipFile(bundle) as archive:
            assert archive.testzip() is None
            assert set(archive.namelist()) == PLAIN
            assert archive.read("README.txt") == b"About this"
            said = json.loads(archive.read("statement.json"))["predicate"]
            leaf = json.loads(archive.read("log/leaf.json"))
    assert (said["exported"]["name"], said["exported"]["why"]) == ("Dora Audit", WHY)
    assert said["exported"]["at"].endswith("+00:00")
    assert (said["recording"], said["ticket"]["number"]) == (tape.recording, "INC-1042")
    assert (said["verdict"]["status"], said["verdict"]["signer"]) == ("ok", "trusted")
    assert (leaf["kind"], leaf["subject"]) == ("RecordingClosed", tape.recording)
    assert json.loads(leaf["detail"])["chain"] == said["verdict"]["chain"]
    assert [one["reason"] for one in await leaves(desk)] == [WHY]
    assert list((desk.folder / "exports").iterdir()) == []


async def test_without_a_reason_or_a_right_nothing_leaves_and_nothing_is_put_down(
    desk: Desk, exports: Exports
) -> None:
    tape = await taped(desk, 12)
    host = Asker(desk.principal(desk.anna), desk.anna.name)
    for asker, reason, no in ((DORA, " x ", BadInput), (host, WHY, Refused)):
        with pytest.raises(no):
            async with exports.bundle(asker, tape.recording, reason, ""):
                pass
    assert await leaves(desk) == []


async def test_more_exports_than_allowed_at_once_are_refused(desk: Desk, exports: Exports) -> None:
    tape = await taped(desk, 12)
    async with exports.bundle(DORA, tape.recording, WHY, ""), exports.bundle(DORA, tape.recording, WHY, ""):
        with pytest.raises(Refused) as refused:
            async with exports.bundle(DORA, tape.recording, WHY, ""):
                pass
        assert refused.value.code == "exports_busy"
        assert len(await leaves(desk)) == 2
    async with exports.bundle(DORA, tape.recording, WHY, "") as bundle:
        assert bundle.is_file()


async def test_a_stamp_goes_with_it_and_one_that_cannot_be_had_delays_nothing(desk: Desk) -> None:
    tape = await taped(desk, 12)
    async with desk.exports(Stamps()).bundle(DORA, tape.recording, WHY, "") as bundle:
        with zipfile.ZipFile(bundle) as archive:
            assert archive.read("statement.tsr") == b"stamped " + archive.read("statement.sig")[:8]
    async with desk.exports(Stamps("asleep")).bundle(DORA, tape.recording, WHY, "") as bundle:
        with zipfile.ZipFile(bundle) as archive:
            assert set(archive.namelist()) == PLAIN


async def test_the_first_stamped_head_behind_the_recordings_end_goes_with_it(desk: Desk) -> None:
    tape = await taped(desk, 12)
    stamping = Stamping(desk.log, desk.database.stamps, Stamps(), desk.clock)
    assert await stamping.stamp()
    async with desk.exports().bundle(DORA, tape.recording, WHY, "") as bundle:
        with zipfile.ZipFile(bundle) as archive:
            early, late = archive.read("log-at-close/checkpoint"), archive.read("log/checkpoint")
            assert archive.read("log-at-close/checkpoint.tsr") == b"stamped " + early[:8]
            assert archive.read("log-at-close/leaf.json") == archive.read("log/leaf.json")
    assert int(early.split(b"\n")[1]) < int(late.split(b"\n")[1])
