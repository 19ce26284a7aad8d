"""A recording's own bytes over the API: ranges as they lie on the disk, an index that fits them, keys of what may be seen."""

from __future__ import annotations

import base64
from typing import Any

from recorder.reading import read_recording
from recorder.records import EvidenceClass
from recorder.verdict import Status
from tests.server.front import Front
from tests.services.tape import Tape, taped

INPUT = str(int(EvidenceClass.INPUT))


def here(tape: Tape) -> str:
    return f"/api/v1/recordings/{tape.recording}/sealed"


async def test_the_index_names_segments_that_lie_where_it_says(front: Front) -> None:
    tape = await taped(front.desk, 40)
    auditor = await front.signed_in(front.auditor)
    found: dict[str, Any] = (await auditor.get(here(tape))).json()
    assert [(one["name"], one["size"]) for one in found["files"]] == [
        (file.name, file.stat().st_size) for file in sorted(tape.folder.iterdir())
    ]
    columns = found["segments"]
    held = (tape.folder / "epoch-0000.crec").read_bytes()
    assert columns["offset"]
    for offset, size in zip(columns["offset"], columns["size"], strict=True):
        assert held[offset : offset + 4] == b"CSEG"
        assert offset + size == len(held) or held[offset + size : offset + size + 4] == b"CSEG"
    chain = base64.b64decode(columns["chain"])
    assert len(chain) == 32 * len(columns["offset"])
    verdict = read_recording(tape.folder, None, bytes.fromhex(found["installation"])).verdict
    assert (verdict.status, verdict.good, verdict.chain) == (Status.OK, True, chain[-32:])


async def test_ranges_are_the_bytes_on_the_disk_and_a_viewing_is_one_line(front: Front) -> None:
    tape = await taped(front.desk, 12)
    auditor = await front.signed_in(front.auditor)
    held = (tape.folder / "epoch-0000.crec").read_bytes()
    whole = await auditor.get(f"{here(tape)}/epoch-0000.crec")
    part = await auditor.get(f"{here(tape)}/epoch-0000.crec", Range="bytes=100-299")
    assert (whole.status_code, whole.content) == (200, held)
    assert (part.status_code, part.content) == (206, held[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(held)}"
    assert part.headers["cache-control"] == "no-store"
    behind = await auditor.get(f"{here(tape)}/epoch-0000.crec", Range=f"bytes={len(held)}-")
    assert behind.status_code == 416
    viewed = [leaf for _, leaf in await front.desk.tools.audit.tail(100) if leaf.kind == "RecordingViewed"]
    assert [leaf.subject for leaf in viewed] == [tape.recording]


async def test_keys_are_given_for_what_may_be_seen_and_typed_input_is_not_among_it(front: Front) -> None:
    tape = await taped(front.desk, 12)
    auditor = await front.signed_in(front.auditor)
    keys = (await auditor.get(here(tape))).json()["keys"]
    assert INPUT not in keys
    assert set(keys) == {str(int(cls)) for cls in EvidenceClass} - {INPUT}
    opened = read_recording(tape.folder, {int(cls): bytes.fromhex(key) for cls, key in keys.items()})
    assert opened.opens


async def test_nothing_but_files_of_the_recording_is_served(front: Front) -> None:
    tape = await taped(front.desk, 12)
    auditor = await front.signed_in(front.auditor)
    (tape.folder / "notes.txt").write_text("private")
    (tape.folder / "torn-0007.bin").symlink_to(tape.folder / "notes.txt")
    for name in ("notes.txt", "torn-0007.bin", "epoch-0001.crec", "..%2Fnotes.txt", "epoch-0000.crec%00"):
        assert (await auditor.get(f"{here(tape)}/{name}")).status_code == 404, name


async def test_a_stranger_and_a_key_without_the_act_get_nothing(front: Front) -> None:
    tape = await taped(front.desk, 12)
    live, _customer, _surface = await front.desk.sharing()
    auditor = await front.signed_in(front.auditor)
    for path in (here(tape), f"{here(tape)}/epoch-0000.crec"):
        assert (await front.browser().get(path)).status_code == 401
    answer = await auditor.get(f"/api/v1/recordings/{live.decided.recording}/sealed")
    assert answer.status_code == 409
