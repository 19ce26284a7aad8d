"""An audit report, made from leaves of the audit log and checked against its signed root: nobody can leave a line out.

A report carries every leaf of its period, in order: as text where it speaks of it, as a bare hash where a filter withholds
it. With the subtrees left and right of the period they lead to the root of a signed checkpoint; and the lines of the
report are what this file makes of the texts, so a line that was removed, added or altered no longer fits.

What it does not prove: names (the log holds none; `labels` are the broker's word), verdicts, and that nothing withheld by
a filter belongs to the report; for that, take one without a filter.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from recorder.errors import VerificationError
from recorder.log.checkpoint import Checkpoint, open_checkpoint
from recorder.log.folder import fields_of
from recorder.log.merkle import EMPTY_ROOT, HASH_BYTES, Subtree, leaf_hash, node_hash
from recorder.log.note import SignedNote

KIND: Final = "urn:concierge:audit-report:1"
MAX_REPORT_BYTES: Final = 512 * 1024 * 1024
SECTIONS: Final = ("sessions", "invites", "refusals", "gaps", "viewings", "exports")
REFUSALS: Final = frozenset(
    {
        "ConsentRefused",
        "InvitePinFailed",
        "LinkRefused",
        "MatchFailed",
        "PolicyRefused",
        "SignInFailed",
        "SignInLocked",
    }
)
VIEWINGS: Final = frozenset({"RecordingViewed"})
_GAP_ENDS: Final = {
    "SurfaceHidden": ("SurfaceUnhidden", "SurfaceClosed"),
    "SessionPaused": ("SessionResumed",),
}

Line = dict[str, Any]
Leaf = tuple[int, dict[str, Any]]


def aligned(begin: int, end: int) -> list[Subtree]:
    """The fewest complete subtrees that hold exactly the entries [begin, end), left to right."""
    found: list[Subtree] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        found.append((level, begin >> level))
        begin += 1 << level
    return found


def root_of(pieces: Iterable[tuple[Subtree, bytes]]) -> bytes:
    """The root over complete subtrees that stand side by side from the first entry on (RFC 6962, section 2.1)."""
    stack: list[tuple[Subtree, bytes]] = []
    for subtree, own in pieces:
        level, index = subtree
        value = own
        while index & 1 and stack and stack[-1][0] == (level, index - 1):
            value = node_hash(stack.pop()[1], value)
            level, index = level + 1, index >> 1
        stack.append(((level, index), value))
    if not stack:
        return EMPTY_ROOT
    joined = stack[-1][1]
    for _, left in reversed(stack[:-1]):
        joined = node_hash(left, joined)
    return joined


# --- what a report says ---


def about(leaves: Sequence[Leaf], ticket: str = "", company: str = "") -> set[int]:
    """The numbers of the leaves that speak of a ticket or of a company's invites and sessions; all of them without either."""
    if not ticket and not company:
        return {number for number, _ in leaves}
    subjects: set[str] = set()
    for _, leaf in leaves:
        detail = leaf["detail"]
        arrived = detail.get("participant")
        came = arrived.get("company") if isinstance(arrived, dict) else None
        of_ticket = not ticket or detail.get("ticket") == ticket
        if (ticket and of_ticket and not company) or (
            company and of_ticket and company in (detail.get("company"), came)
        ):
            subjects |= {
                str(leaf["subject"]),
                *(str(detail[key]) for key in ("session", "recording") if key in detail),
            }
    return {
        number
        for number, leaf in leaves
        if leaf["subject"] in subjects or leaf["detail"].get("session") in subjects
    }


def lines_of(leaves: Sequence[Leaf]) -> list[Line]:
    """The lines of a report, in the order of its sections and of the leaves they rest on."""
    found = [*_sessions(leaves), *_invites(leaves), *_single(leaves, "refusals", REFUSALS), *_gaps(leaves)]
    found += [
        *_single(leaves, "viewings", VIEWINGS),
        *_single(leaves, "exports", frozenset({"RecordingExported"})),
    ]
    return found


def _line(section: str, subject: str, leaves: Sequence[Leaf], **more: Any) -> Line:
    first = leaves[0][1]
    found = {
        "section": section,
        "subject": subject,
        "kind": first["kind"],
        "by": first["actor"],
        "ticket": next((one["detail"]["ticket"] for _, one in leaves if one["detail"].get("ticket")), ""),
        "at_ms": first["at_ms"],
        "until_ms": None,
        "planned_from_ms": None,
        "planned_until_ms": None,
        "approver": "",
        "capabilities": [],
        "reason": str(first["detail"].get("reason", "")),
        "leaves": [number for number, _ in leaves],
    }
    return {**found, **more}


def _by_subject(leaves: Sequence[Leaf], wanted: Iterable[Leaf]) -> dict[str, list[Leaf]]:
    groups: dict[str, list[Leaf]] = {str(leaf["subject"]): [] for _, leaf in wanted}
    for number, leaf in leaves:
        if str(leaf["subject"]) in groups:
            groups[str(leaf["subject"])].append((number, leaf))
    return groups


def _sessions(leaves: Sequence[Leaf]) -> Iterable[Line]:
    begun = [one for one in leaves if str(one[1]["subject"]).startswith("ses_")]
    for session, own in _by_subject(leaves, begun).items():
        opened = next((one for _, one in own if one["kind"] == "SessionOpened"), None)
        ended = next((one for _, one in own if one["kind"] == "SessionEnded"), None)
        grants = [one["detail"]["grant"] for _, one in own if isinstance(one["detail"].get("grant"), dict)]
        host = opened["detail"].get("host", {}) if opened else {}
        yield _line(
            "sessions",
            session,
            own,
            by=str(host.get("person") or own[0][1]["actor"]),
            at_ms=opened["at_ms"] if opened else None,
            until_ms=ended["at_ms"] if ended else None,
            approver=next((str(one["actor"]) for _, one in own if one["kind"] == "ConsentGiven"), ""),
            capabilities=sorted({str(grant.get("capability", "")) for grant in grants}),
            reason=str(ended["detail"].get("reason", "")) if ended else "",
            recording=str(opened["detail"].get("recording", "")) if opened else "",
        )


def _invites(leaves: Sequence[Leaf]) -> Iterable[Line]:
    seen = [one for one in leaves if str(one[1]["subject"]).startswith("inv_")]
    for invite, own in _by_subject(leaves, seen).items():
        by_kind = {one["kind"]: one for _, one in reversed(own)}
        made, used, revoked = (by_kind.get(f"Invite{verb}") for verb in ("Created", "Redeemed", "Revoked"))
        detail: dict[str, Any] = next((one["detail"] for _, one in own if "from_ms" in one["detail"]), {})
        yield _line(
            "invites",
            invite,
            own,
            by=str(used["actor"]) if used else "",
            approver=str(made["actor"]) if made else "",
            at_ms=used["at_ms"] if used else None,
            until_ms=revoked["at_ms"] if revoked else None,
            planned_from_ms=detail.get("from_ms"),
            planned_until_ms=detail.get("until_ms"),
            capabilities=list(detail.get("capabilities", [])),
            reason="" if used else "unused",
            company=str(detail.get("company", "")),
        )


def _gaps(leaves: Sequence[Leaf]) -> Iterable[Line]:
    for place, (number, leaf) in enumerate(leaves):
        if leaf["kind"] not in _GAP_ENDS:
            continue
        ends = (*_GAP_ENDS[leaf["kind"]], "SessionEnded")
        over = next(
            (
                one
                for one in leaves[place + 1 :]
                if one[1]["subject"] == leaf["subject"] and one[1]["kind"] in ends
            ),
            None,
        )
        own = [(number, leaf)] if over is None else [(number, leaf), over]
        yield _line("gaps", str(leaf["subject"]), own, until_ms=over[1]["at_ms"] if over else None)


def _single(leaves: Sequence[Leaf], section: str, kinds: frozenset[str]) -> Iterable[Line]:
    for number, leaf in leaves:
        if leaf["kind"] in kinds:
            by = str(leaf["detail"].get("viewer") or leaf["actor"])
            yield _line(section, str(leaf["subject"]), [(number, leaf)], by=by)


def totals_of(leaves: Sequence[Leaf], lines: Sequence[Line], count: int) -> dict[str, Any]:
    """Counts: of leaves by kind, of those withheld, of lines by section. They add up to the leaves of the period."""
    sections = Counter(line["section"] for line in lines)
    return {
        "by_kind": dict(sorted(Counter(str(leaf["kind"]) for _, leaf in leaves).items())),
        "leaves": count,
        "lines": {section: sections[section] for section in SECTIONS},
        "withheld": count - len(leaves),
    }


# --- whether it is so ---


def read_report(text: bytes) -> dict[str, Any]:
    """The report in a JSON file. Raises VerificationError."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise VerificationError("this is no report") from None
    if not isinstance(document, dict) or document.get("report") != KIND:
        raise VerificationError("this is no report of a kind known here")
    return document


def check_report(document: Mapping[str, Any], trust: bytes | None) -> Checkpoint:
    """Return the checkpoint a report leads to. Raises VerificationError, naming what does not fit.

    Without a pinned key the checkpoint's signature is not checked.
    """
    try:
        return _checked(document, trust)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise VerificationError("the report is damaged") from None


def _checked(document: Mapping[str, Any], trust: bytes | None) -> Checkpoint:
    log = document["log"]
    note = SignedNote.parse(log["checkpoint"].encode())
    head = Checkpoint.parse(note.text) if trust is None else open_checkpoint(note, trust)[0]
    first, rows = int(log["first"]), document["leaves"]
    last = first + len(rows) - 1
    if not 1 <= first <= last + 1 <= head.size + 1:
        raise VerificationError("the period does not lie within the signed log")
    leaves: list[Leaf] = []
    pieces = list(zip(aligned(0, first - 1), map(_hash, log["left"]), strict=True))
    for number, row in enumerate(rows, first):
        own = leaf_hash(row.encode()) if isinstance(row, str) else _hash(row["hash"])
        pieces.append(((0, number - 1), own))
        if isinstance(row, str):
            leaves.append((number, fields_of(row.encode())))
    pieces += zip(aligned(last, head.size), map(_hash, log["right"]), strict=True)
    if root_of(pieces) != head.root:
        raise VerificationError(
            "the leaves do not lead to the signed root: one was removed, added, altered or moved"
        )
    lines = lines_of(leaves)
    _compare(lines, document["lines"])
    if document["totals"] != totals_of(leaves, lines, len(rows)):
        raise VerificationError("the totals are not those of the leaves")
    return head


def _compare(expected: Sequence[Line], said: Sequence[Line]) -> None:
    if expected == said:
        return
    for place, line in enumerate(expected):
        if place >= len(said) or said[place] != line:
            where = f"{line['section']}, {line['subject']} (leaf {line['leaves'][0]})"
            present = any(other == line for other in said)
            word = "is in another place" if present else "was removed or altered"
            raise VerificationError(f"a line {word}: {where}")
    raise VerificationError("the report has a line that no leaf tells of")


def _hash(text: str) -> bytes:
    value = bytes.fromhex(text)
    if len(value) != HASH_BYTES:
        raise VerificationError("a hash is no SHA-256")
    return value
