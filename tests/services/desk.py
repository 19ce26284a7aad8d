"""A desk to play sessions on: real SQLite, recorder, keys and policies; only media and time are ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from concierge import shipped
from concierge.adapters.cedar import CedarPolicyEngine, load_policies
from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence import RecorderEvidence
from concierge.adapters.evidence_live import LiveReader
from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.evidence_reader import RecorderReader
from concierge.adapters.evidence_receipts import LogReceipts
from concierge.adapters.evidence_report import AuditReports
from concierge.adapters.evidence_vault import RecorderVault
from concierge.adapters.keys import Keyring, PepperedSecrets
from concierge.adapters.mint import SecretsMint
from concierge.domain import limits
from concierge.domain.access import DeskRole, Principal
from concierge.domain.capability import Capability
from concierge.domain.ids import (
    CompanyId,
    ConsentId,
    ParticipantId,
    PersonId,
    RecordingId,
    SurfaceId,
    TicketId,
)
from concierge.domain.person import Company, Person
from concierge.domain.recording import RecordingState
from concierge.domain.surface import SurfaceKind
from concierge.domain.ticket import Customer, Priority, Ticket, TicketState
from concierge.services.acting import act
from concierge.services.denials import NotedPolicy
from concierge.services.export_port import TimeAuthority
from concierge.services.exporting import Exports, Proofs
from concierge.services.inviting import InviteWish, create_invite, redeem_invite
from concierge.services.joining import TakenSeat, join_as_customer
from concierge.services.live import LiveSession
from concierge.services.opening import open_session
from concierge.services.ports import AuditLeaf
from concierge.services.recovering import recover
from concierge.services.registry import Registry
from concierge.services.replay_port import Script
from concierge.services.replays import Replays
from concierge.services.reporting import Reporting
from concierge.services.tools import Installation, Tools
from concierge.services.watching import Watching
from concierge.wire import messages as wire
from recorder.installation import InstallationKey
from recorder.store import Files
from recorder.thread import RecordingThread
from tests.services.fakes import FakePlane, Page

START_MS = 1_800_000_000_000
HASH = "0" * 64


@dataclass
class FakeClock:
    """Time as the test says."""

    now_ms: int = START_MS
    offset_ms: int = 0

    def now(self) -> int:
        return self.now_ms

    def wall(self) -> int:
        return self.now_ms + self.offset_ms


@dataclass
class Desk:
    """Everything a test plays with."""

    folder: Path
    clock: FakeClock
    plane: FakePlane
    tools: Tools
    registry: Registry
    reader: RecorderReader
    live_reader: LiveReader
    vault: RecorderVault
    ring: Keyring
    key: InstallationKey
    recorder: RecordingThread
    database: Database
    policy: CedarPolicyEngine
    anna: Person
    ben: Person
    ticket: Ticket
    company: Company
    pages: dict[ParticipantId, Page] = field(default_factory=dict)

    @property
    def log(self) -> SignedLog:
        return SignedLog(self.database.audit_tree, self.key, self.clock)

    def replays(self) -> Replays:
        return Replays(self.tools, self.reader)

    def watching(self) -> Watching:
        return Watching(self.tools, self.registry, self.live_reader, self.replays())

    def exports(self, authority: TimeAuthority | None = None) -> Exports:
        proofs = Proofs(self.log, self.database.audit_tree, self.database.stamps, authority)
        return Exports(self.tools, self.replays(), self.reader, proofs)

    def reporting(self) -> Reporting:
        reports = AuditReports(
            tree=self.database.audit_tree,
            log=self.log,
            tickets=self.tools.tickets,
            people=self.tools.people,
            sessions=self.tools.sessions,
            invites=self.tools.invites,
            recordings=self.folder / "recordings",
            trust=self.key.public,
            clock=self.clock,
            organisation="Northwind",
        )
        return Reporting(reports, self.tools.audit, self.clock, self.policy)

    def principal(self, person: Person) -> Principal:
        return Principal("Person", person.id, person.role)

    async def open(self) -> LiveSession:
        return await open_session(
            self.tools, self.registry, self.principal(self.anna), self.anna, self.ticket.id
        )

    async def page(self, live: LiveSession, participant: ParticipantId) -> Page:
        page = self.pages[participant] = Page()
        await live.connect(participant, page)
        return page

    async def send(
        self, live: LiveSession, by: ParticipantId, message: wire.ClientMessage
    ) -> wire.ServerMessage:
        return await act(self.tools, live, by, 1, message)

    async def customer(self, live: LiveSession) -> TakenSeat:
        assert live.backdrop.code is not None
        return await join_as_customer(self.tools, self.registry, "code", live.backdrop.code.digits)

    async def match(self, live: LiveSession, customer: ParticipantId) -> None:
        digits = live.backdrop.digits[customer]
        await self.send(live, live.decided.host, wire.Match(customer, digits))

    async def yes(self, live: LiveSession, capability: Capability, participant: ParticipantId) -> ConsentId:
        """The host asks unless it is asked already; the customer agrees."""
        session = live.decided
        if not any(
            q.capability is capability and q.participant == participant for q in session.questions.values()
        ):
            await self.send(live, session.host, wire.Ask(capability, participant))
        question = next(
            q
            for q in live.decided.questions.values()
            if q.capability is capability and q.participant == participant
        )
        customer = live.decided.customer
        assert customer is not None
        await self.send(
            live, customer.who.id, wire.Answer(question.id, yes=True, text_sha256=HASH, language="en")
        )
        return question.id

    async def share(self, live: LiveSession, customer: ParticipantId) -> SurfaceId:
        reply = await self.send(
            live, customer, wire.Publish(wire.SourceKind.PICTURE, "offer", SurfaceKind.MONITOR)
        )
        assert isinstance(reply, wire.Published)
        assert reply.surface is not None
        return reply.surface

    async def sharing(self) -> tuple[LiveSession, ParticipantId, SurfaceId]:
        """Return a session in which the customer shares the screen with the host, both pages connected."""
        live = await self.open()
        seat = await self.customer(live)
        await self.page(live, live.decided.host)
        await self.page(live, seat.participant)
        await self.match(live, seat.participant)
        await self.yes(live, Capability.RECORD, live.decided.host)
        await self.yes(live, Capability.VIEW_SCREEN, live.decided.host)
        surface = await self.share(live, seat.participant)
        return live, seat.participant, surface

    async def vendor(self, live: LiveSession, *capabilities: Capability) -> ParticipantId:
        """Invite a vendor, who comes in by the lobby and is admitted; whatever the customer is asked, it is yes."""
        seat = await self.knock(live, *capabilities)
        await self.send(live, live.decided.host, wire.Admit(seat.participant))
        for question in list(live.decided.questions.values()):
            await self.yes(live, question.capability, question.participant)
        return seat.participant

    async def knock(self, live: LiveSession, *capabilities: Capability) -> TakenSeat:
        """Invite a vendor, who redeems the invite and waits in the lobby."""
        now = self.clock.wall()
        wish = InviteWish(
            ticket=self.ticket.id,
            company=self.company.id,
            vendor_name="Victor Lang",
            vendor_email="victor@printworks.example",
            capabilities=frozenset(capabilities or (Capability.VIEW_SCREEN, Capability.CHAT)),
            from_ms=now,
            until_ms=now + 60 * 60_000,
            brief="Look at the queue.",
        )
        made = await create_invite(self.tools, self.principal(self.anna), self.anna.id, wish)
        return await redeem_invite(self.tools, self.registry, made.link.rpartition("/")[2], made.pin)

    async def ended(self, live: LiveSession) -> None:
        """Wait until a session's end and its closed recording are kept."""
        async with asyncio.timeout(10):
            while True:
                row = await self.tools.recordings.get(live.decided.recording)
                if row is not None and row.state is RecordingState.CLOSED:
                    return
                await asyncio.sleep(0.01)

    async def script(self, live: LiveSession) -> Script:
        """Return what the recording says, verified."""
        return await self.script_of(live.decided.recording)

    async def script_of(self, recording: RecordingId) -> Script:
        """Return what a recording says, verified."""
        return await self.reader.script(recording, await self.tools.recordings.wrapped_keys(recording))

    def beat(self, live: LiveSession) -> None:
        """Let every page be heard now."""
        for participant, page in self.pages.items():
            live.heard(participant, page)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds; the loop runs meanwhile."""
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - conditions are of many kinds; bounded above
                await asyncio.sleep(0.005)


@asynccontextmanager
async def desk_in(
    folder: Path,
    clock: FakeClock | None = None,
    *,
    plane: FakePlane | None = None,
    files: Files | None = None,
    policies: Path = shipped.POLICIES,
    patience_ms: int = limits.DATABASE_WAIT_MS,
    ring: Keyring | None = None,
) -> AsyncIterator[Desk]:
    """Return a desk on a folder; a second one on the same folder finds what the first left.

    `files` is the disk under the recorder, `policies` a folder of policies, `patience_ms` how long one try of the
    database waits.
    """
    clock, plane = clock or FakeClock(), plane or FakePlane()
    url = f"sqlite:///{folder / 'desk.sqlite3'}"
    fresh = not (folder / "desk.sqlite3").exists()
    await asyncio.to_thread(migrate, url)
    database = Database(url, patience_ms)
    await database.start()
    recorder = RecordingThread(files=files)
    recorder.start()
    ring = ring or Keyring(b"k" * 32)
    key = InstallationKey.load_or_generate(folder / "installation.pem")
    policy = load_policies(policies)
    evidence = RecorderEvidence(folder / "recordings", recorder, key, ring, clock)
    tools = Tools(
        installation=Installation("Northwind", "+00 0000", "http://localhost:1", 90),
        run="run",
        clock=clock,
        mint=SecretsMint(),
        secrets=PepperedSecrets(b"p" * 32),
        policy=NotedPolicy(policy, database.audit, clock),
        media=plane,
        evidence=evidence,
        sessions=database.sessions,
        tickets=database.tickets,
        people=database.people,
        invites=database.invites,
        alarms=database.alarms,
        impressions=database.impressions,
        pairings=database.pairings,
        seats=database.seats,
        recordings=database.recordings,
        audit=database.audit,
        receipts=LogReceipts(database.audit_tree, SignedLog(database.audit_tree, key, clock)),
    )
    anna, ben, ticket, company = cast()
    if fresh:
        await found(tools, (anna, ben), ticket, company)
    registry = Registry(tools)
    await recover(tools, registry)
    reader = RecorderReader(folder / "recordings", key, ring)
    desk = Desk(
        folder=folder,
        clock=clock,
        plane=plane,
        tools=tools,
        registry=registry,
        reader=reader,
        live_reader=LiveReader(folder / "recordings", key, ring, evidence.durable),
        ring=ring,
        vault=RecorderVault(folder / "recordings", key, reader),
        key=key,
        recorder=recorder,
        database=database,
        policy=policy,
        anna=anna,
        ben=ben,
        ticket=ticket,
        company=company,
    )
    try:
        yield desk
    finally:
        await registry.stop()
        await asyncio.to_thread(recorder.stop)
        await database.stop()


def cast() -> tuple[Person, Person, Ticket, Company]:
    """Return the people and things every test has: two hosts, a ticket, a vendor company."""
    anna = Person(PersonId("per_" + "a" * 26), "Anna Berger", "anna", "anna@example.org", DeskRole.HOST)
    ben = Person(PersonId("per_" + "b" * 26), "Ben Okafor", "ben", "ben@example.org", DeskRole.HOST)
    customer = Customer(
        "Maria Keller", "maria@example.org", "+00 1", "Ward 3", "WS-1042", "Europe/Berlin", "de"
    )
    ticket = Ticket(
        TicketId("tic_" + "t" * 26), "INC-1042", "Printer queue stuck", "Nothing prints.", customer,
        Priority.HIGH, TicketState.OPEN, anna.id, START_MS, START_MS,
    )  # fmt: skip
    company = Company(CompanyId("com_" + "c" * 26), "Printworks", "support@printworks.example")
    return anna, ben, ticket, company


async def found(tools: Tools, people: tuple[Person, ...], ticket: Ticket, company: Company) -> None:
    for person in people:
        await tools.people.add_person(person, None)
    await tools.people.add_company(company)
    await tools.tickets.add(ticket, AuditLeaf(START_MS, "TicketCreated", "test", ticket.id, "{}"))
