"""The Reports port: leaves of a period, what leads from them to a signed checkpoint, names and verdicts beside them.

Rule: what the lines say comes from the leaves alone (recorder.log.report); names and verdicts are labels and never
change a line. Recordings are verified here and now, all of them or the sample that the seed chooses.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.domain.ids import CompanyId, InviteId, PersonId, SessionId, TicketId
from concierge.domain.refusals import N_
from concierge.services.audit_port import AuditLog, AuditTree, Subtree
from concierge.services.ports import Clock, Invites, People, Sessions, Tickets
from concierge.services.report_port import Format, ReportTooLong, ReportWish, ReportWords
from recorder.errors import RecorderError
from recorder.log import report, report_files
from recorder.log.folder import fields_of
from recorder.log.merkle import leaf_hash
from recorder.reading import read_recording

_RENDER = {"json": report_files.as_json, "csv": report_files.as_csv, "html": report_files.as_html}


class AuditReports:
    """Reports over the audit log of one installation; `trust` is its public key."""

    def __init__(
        self,
        *,
        tree: AuditTree,
        log: AuditLog,
        tickets: Tickets,
        people: People,
        sessions: Sessions,
        invites: Invites,
        recordings: Path,
        trust: bytes,
        clock: Clock,
        organisation: str,
    ) -> None:
        self._tree = tree
        self._log = log
        self._tickets = tickets
        self._people = people
        self._sessions = sessions
        self._invites = invites
        self._recordings = recordings
        self._trust = trust
        self._clock = clock
        self._organisation = organisation

    async def make(self, wish: ReportWish, by: str, words: ReportWords, how: Format) -> bytes:
        """Return a report as a file. Raises BadInput, ReportTooLong, StoreUnavailable."""
        note = await self._log.checkpoint()
        first, texts = await self._period(wish, int(note.split(b"\n", 2)[1]))
        leaves = [(number, fields_of(text)) for number, text in enumerate(texts, first)]
        ticket, company = await self._filter(wish, leaves)
        shown = report.about(leaves, ticket, company)
        told = [one for one in leaves if one[0] in shown]
        lines = report.lines_of(told)
        verdicts, chosen = await self._verdicts(wish, lines)
        document: dict[str, Any] = {
            "report": report.KIND,
            "language": words.language,
            "words": dict(words.words),
            "facts": self._facts(wish, by, words, chosen),
            "sample": None if wish.sample is None else {"seed": wish.seed, "sessions": chosen},
            "leaves": [
                text.decode() if number in shown else {"hash": leaf_hash(text).hex()}
                for number, text in enumerate(texts, first)
            ],
            "log": await self._proof(note, first, len(texts)),
            "lines": lines,
            "totals": report.totals_of(told, lines, len(texts)),
            "labels": await self._labels(told),
            "verdicts": verdicts,
        }
        return await asyncio.to_thread(_RENDER[how], document)

    async def _period(self, wish: ReportWish, size: int) -> tuple[int, list[bytes]]:
        first, last = await self._tree.within(wish.from_ms, wish.until_ms, size)
        if last - first + 1 > limits.REPORT_LEAVES_MAX:
            raise ReportTooLong(f"{last - first + 1} leaves are more than {limits.REPORT_LEAVES_MAX}")
        texts: list[bytes] = []
        for begin in range(first, last + 1, limits.LEAVES_EXPORTED_AT_ONCE):
            count = min(limits.LEAVES_EXPORTED_AT_ONCE, last + 1 - begin)
            texts += [kept.text for kept in await self._tree.leaves(begin, count)]
        return first, texts

    async def _filter(self, wish: ReportWish, leaves: Sequence[report.Leaf]) -> tuple[str, str]:
        ticket = company = ""
        if wish.ticket:
            known = {str(leaf["detail"].get("ticket", "")) for _, leaf in leaves}
            found = [await self._tickets.get(TicketId(one)) for one in sorted(known - {""})]
            ticket = next((one.id for one in found if one is not None and one.number == wish.ticket), "")
        if wish.company:
            named = [
                one
                for one in await self._people.companies()
                if one.name.casefold() == wish.company.casefold()
            ]
            company = named[0].id if named else ""
        if (wish.ticket and not ticket) or (wish.company and not company):
            raise BadInput(N_("The period knows no such ticket or company."))
        return ticket, company

    async def _proof(self, note: bytes, first: int, count: int) -> dict[str, Any]:
        size = int(note.split(b"\n", 2)[1])
        left, right = report.aligned(0, first - 1), report.aligned(first - 1 + count, size)
        hashes = await self._tree.subtree_hashes([*left, *right])

        def named(keys: Iterable[Subtree]) -> list[str]:
            return [hashes[key].hex() for key in keys]

        return {"checkpoint": note.decode(), "first": first, "left": named(left), "right": named(right)}

    async def _verdicts(
        self, wish: ReportWish, lines: Sequence[report.Line]
    ) -> tuple[dict[str, str], list[str]]:
        """The verdicts by recording, and the sessions chosen."""
        sessions = sorted(line["subject"] for line in lines if line["section"] == "sessions")
        chosen = sessions
        if wish.sample is not None:
            chosen = sorted(sorted(sessions, key=lambda one: _drawn(wish.seed, one))[: wish.sample])
        found: dict[str, str] = {}
        for line in lines:
            if line["section"] == "sessions" and line["recording"]:
                checked = line["subject"] in chosen
                found[line["recording"]] = (
                    await asyncio.to_thread(self._verdict, line["recording"]) if checked else "not sampled"
                )
        return found, chosen

    def _verdict(self, recording: str) -> str:
        try:
            verdict = read_recording(self._recordings / recording, None, self._trust).verdict
        except (OSError, RecorderError):
            return "not here"
        return f"{verdict.status.value}, {verdict.signer.value}"

    async def _labels(self, leaves: Sequence[report.Leaf]) -> dict[str, str]:
        """Names by id, as far as the desk knows them."""
        ids = {str(leaf[key]) for _, leaf in leaves for key in ("actor", "subject")}
        ids |= {
            str(leaf["detail"][key])
            for _, leaf in leaves
            for key in ("ticket", "company")
            if leaf["detail"].get(key)
        }
        found: dict[str, str] = {}
        for session in sorted(one for one in ids if one.startswith("ses_")):
            for event in await self._sessions.events(SessionId(session)):
                if isinstance(event, ev.ParticipantArrived):
                    arrived = event.participant
                elif isinstance(event, ev.SessionOpened):
                    arrived = event.host
                else:
                    continue
                found[arrived.id] = arrived.name
                ids |= {arrived.person} if arrived.person else set()
        for one in sorted(ids):
            if (label := await self._label(one)) is not None:
                found[one] = label
        return found

    async def _label(self, one: str) -> str | None:
        named: Any = None
        match one[:4]:
            case "per_":
                named = await self._people.person(PersonId(one))
            case "com_":
                named = await self._people.company(CompanyId(one))
            case "tic_":
                ticket = await self._tickets.get(TicketId(one))
                return ticket.number if ticket is not None else None
            case "inv_":
                invite = await self._invites.get(InviteId(one))
                return f"{invite.vendor_name}, {invite.company_name}" if invite is not None else None
        return named.name if named is not None else None

    def _facts(self, wish: ReportWish, by: str, words: ReportWords, chosen: Sequence[str]) -> list[list[str]]:
        said = words.words
        facts = [
            [said["organisation"], self._organisation],
            [said["period"], f"{_utc(wish.from_ms)} – {_utc(wish.until_ms)}"],
            [said["made"], f"{_utc(self._clock.wall())}, {by}"],
        ]
        if wish.ticket or wish.company:
            facts.append([said["filter"], " · ".join(part for part in (wish.ticket, wish.company) if part)])
        if wish.sample is not None:
            facts.append([said["sample"], f"{len(chosen)} ({said['seed']} {wish.seed}): {' '.join(chosen)}"])
        return facts


def _drawn(seed: int, session: str) -> bytes:
    """The order of drawing: SHA-256 of seed, colon and session id, so that anybody can draw again."""
    return hashlib.sha256(f"{seed}:{session}".encode()).digest()


def _utc(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
