from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from concierge.server.report_words import report_words
from concierge.services.replays import Replays
from concierge.services.report_port import ReportWish
from concierge.wire import messages as wire
from recorder.errors import VerificationError
from recorder.log.report import check_report
from tests.services.desk import START_MS, Desk, desk_in
from tests.services.tape import Tape, taped
from tests.services.test_replays import AUDITOR

ALL = ReportWish(START_MS - 1, START_MS + 1_000_000_000)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as desk:
        yield desk


async def reported(desk: Desk, wish: ReportWish = ALL) -> dict[str, Any]:
    made = await desk.reporting().make(AUDITOR, "Dora", wish, report_words("en", str), "json")
    document: dict[str, Any] = json.loads(made)
    return document


async def watched(desk: Desk, pictures: int = 12) -> Tape:
    tape = await taped(desk, pictures)
    await Replays(desk.tools, desk.reader).open(AUDITOR, tape.recording)
    return tape


async def test_a_session_is_told_whole_with_names_verdict_and_proof(desk: Desk) -> None:
    tape = await watched(desk, 60)
    found = await reported(desk)
    assert check_report(found, desk.key.public).size >= len(found["leaves"])
    (session,) = [line for line in found["lines"] if line["section"] == "sessions"]
    assert session["recording"] == tape.recording
    assert "view_screen" in session["capabilities"]
    assert found["verdicts"][tape.recording] == "ok, trusted"
    assert found["labels"][desk.ticket.id] == "INC-1042"
    assert found["labels"][desk.anna.id] == "Anna Berger"
    sections = {line["section"] for line in found["lines"]}
    assert {"sessions", "viewings", "gaps"} <= sections
    found["lines"] = [line for line in found["lines"] if line["section"] != "viewings"]
    with pytest.raises(VerificationError, match="viewings"):
        check_report(found, desk.key.public)


async def test_a_sample_states_its_seed_and_is_the_same_again(desk: Desk) -> None:
    tape = await watched(desk)
    live = await desk.open()
    await desk.send(live, live.decided.host, wire.End("Solved", ""))
    await desk.ended(live)
    wish = replace(ALL, sample=1, seed=7)
    first, again = await reported(desk, wish), await reported(desk, wish)
    assert first["sample"] == again["sample"]
    assert first["sample"]["seed"] == 7
    assert len(first["sample"]["sessions"]) == 1
    assert sorted(first["verdicts"].values()) == ["not sampled", "ok, trusted"]
    assert tape.recording in first["verdicts"]
    assert any("7" in value for _, value in first["facts"])


async def test_a_filter_withholds_what_is_not_asked_for(desk: Desk) -> None:
    await watched(desk)
    found = await reported(desk, replace(ALL, ticket="INC-1042"))
    assert found["totals"]["withheld"] > 0
    assert {line["ticket"] for line in found["lines"] if line["section"] == "sessions"} == {desk.ticket.id}
    check_report(found, desk.key.public)
