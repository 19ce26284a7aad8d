from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import VerificationError
from recorder.installation import InstallationKey
from recorder.log import merkle, report
from recorder.log.checkpoint import Checkpoint, origin_of, sign_checkpoint
from recorder.log.folder import fields_of

Change = Callable[[list[dict[str, Any]]], object]
KEY = InstallationKey.generate()
OTHER = InstallationKey.generate().public


def text(kind: str, subject: str, at_ms: int, actor: str = "per_a", **detail: Any) -> bytes:
    told = json.dumps(detail, sort_keys=True)
    leaf = {"actor": actor, "at_ms": at_ms, "detail": told, "kind": kind, "subject": subject}
    return json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()


def session(number: int, at_ms: int, company: str = "") -> list[bytes]:
    ses, rec = f"ses_{number}", f"rec_{number}"
    return [
        text("InviteCreated", f"inv_{number}", at_ms, ticket=f"tic_{number}", company=company, capabilities=["chat"],
             from_ms=at_ms, until_ms=at_ms + 9),
        text("SessionOpened", ses, at_ms, ticket=f"tic_{number}", session=ses, recording=rec, host={"id": "par_h", "person": "per_h"}),
        text("ConsentGiven", ses, at_ms + 1, "par_c"),
        text("GrantGiven", ses, at_ms + 2, "par_h", grant={"capability": "view_screen"}),
        text("SurfaceHidden", ses, at_ms + 3, "par_c"),
        text("SurfaceUnhidden", ses, at_ms + 4, "par_c"),
        text("SessionEnded", ses, at_ms + 5, "par_h", reason="solved"),
        text("RecordingViewed", rec, at_ms + 6, "per_d", session=ses, ticket=f"tic_{number}"),
        text("RecordingExported", rec, at_ms + 7, "per_d", session=ses, ticket=f"tic_{number}", reason="court"),
        text("SignInFailed", f"name {number}", at_ms + 8, ""),
    ]  # fmt: skip


LOG = [
    text("BrokerStarted", "run", 0),
    *session(1, 100),
    *session(2, 200, "com_x"),
    text("BrokerStarted", "run", 300),
]


def document(first: int, last: int, ticket: str = "", company: str = "") -> dict[str, Any]:
    frontier = merkle.Frontier()
    hashes = [merkle.leaf_hash(one) for one in LOG]
    for one in hashes:
        frontier.add(one)

    def subtree(key: merkle.Subtree) -> str:
        level, index = key
        part = merkle.Frontier()
        for one in hashes[index << level : (index + 1) << level]:
            part.add(one)
        return part.root().hex()

    note = (
        sign_checkpoint(Checkpoint(origin_of(KEY.public), len(LOG), frontier.root()), KEY, 1)
        .encode()
        .decode()
    )
    leaves = [(number, fields_of(LOG[number - 1])) for number in range(first, last + 1)]
    shown = report.about(leaves, ticket, company)
    told = [one for one in leaves if one[0] in shown]
    lines = report.lines_of(told)
    return {
        "report": report.KIND,
        "leaves": [LOG[n - 1].decode() if n in shown else {"hash": hashes[n - 1].hex()} for n, _ in leaves],
        "lines": lines,
        "totals": report.totals_of(told, lines, len(leaves)),
        "log": {
            "checkpoint": note,
            "first": first,
            "left": [subtree(key) for key in report.aligned(0, first - 1)],
            "right": [subtree(key) for key in report.aligned(last, len(LOG))],
        },
    }


def fault(changed: dict[str, Any], trust: bytes | None = KEY.public) -> str:
    with pytest.raises(VerificationError) as found:
        report.check_report(changed, trust)
    return found.value.reason


@pytest.mark.parametrize(("first", "last"), [(1, len(LOG)), (2, 11), (5, 5), (12, 22), (7, 6), (1, 0)])
def test_every_period_leads_to_the_signed_root(first: int, last: int) -> None:
    assert report.check_report(document(first, last), KEY.public).size == len(LOG)


def test_a_line_tells_what_was_planned_what_happened_and_who_said_yes() -> None:
    lines = document(1, len(LOG))["lines"]
    assert [sum(line["section"] == section for line in lines) for section in report.SECTIONS] == [2] * 6
    first = {line["section"]: line for line in reversed(lines)}
    opened, invite = first["sessions"], first["invites"]
    assert (opened["at_ms"], opened["until_ms"], opened["approver"]) == (100, 105, "par_c")
    assert (opened["capabilities"], opened["reason"], opened["by"]) == (["view_screen"], "solved", "per_h")
    assert (invite["reason"], invite["planned_from_ms"], invite["planned_until_ms"]) == ("unused", 100, 109)
    assert (first["gaps"]["at_ms"], first["gaps"]["until_ms"]) == (103, 104)
    assert first["exports"]["reason"] == "court"


def test_a_line_that_was_removed_added_altered_or_moved_is_found() -> None:
    good = document(2, 20)
    changes: tuple[tuple[Change, str], ...] = (
        (lambda lines: lines.pop(3), "removed or altered"),
        (lambda lines: lines[1].update(reason="nothing"), "removed or altered"),
        (lambda lines: lines.append(lines[0]), "no leaf tells of"),
        (lambda lines: lines.insert(0, lines.pop(1)), "in another place"),
    )
    for change, words in changes:
        changed = copy.deepcopy(good)
        change(changed["lines"])
        assert words in fault(changed)


def test_a_leaf_that_was_removed_with_its_line_is_found() -> None:
    good = document(2, 20)
    for place in range(len(good["leaves"])):
        changed = copy.deepcopy(good)
        del changed["leaves"][place]
        leaves = [(n, fields_of(one.encode())) for n, one in enumerate(changed["leaves"], 2)]
        changed["lines"] = report.lines_of(leaves)
        changed["totals"] = report.totals_of(leaves, changed["lines"], len(leaves))
        assert fault(changed)


def test_totals_that_do_not_add_up_and_a_strangers_signature_are_found() -> None:
    changed = document(2, 20)
    changed["totals"]["by_kind"]["SessionEnded"] = 1
    assert "totals" in fault(changed)
    assert fault(document(2, 20), OTHER)
    assert report.check_report(document(2, 20), None).size == len(LOG)


def test_a_filter_shows_what_belongs_and_counts_what_it_withholds() -> None:
    for ticket, company in (("tic_2", ""), ("", "com_x"), ("tic_2", "com_x")):
        found = document(1, len(LOG), ticket, company)
        shown = [one for one in found["leaves"] if isinstance(one, str)]
        assert shown
        assert all('_1"' not in one for one in shown)
        assert found["totals"]["withheld"] == len(LOG) - len(shown)
        assert (
            found["totals"]["leaves"]
            == sum(found["totals"]["by_kind"].values()) + found["totals"]["withheld"]
        )
        report.check_report(found, KEY.public)


@given(
    st.sampled_from(["leaves", "lines", "log", "totals"]),
    st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers()),
)
def test_what_is_damaged_is_said_and_never_crashes(name: str, value: object) -> None:
    changed = document(2, 4)
    changed[name] = value
    if changed != document(2, 4):
        assert fault(changed)


@pytest.mark.parametrize("given", [b"", b"[]", b"{}", b"\xff", b'{"report":"other"}', b"[" * 100_000])
def test_what_is_no_report_is_said(given: bytes) -> None:
    with pytest.raises(VerificationError):
        report.read_report(given)
