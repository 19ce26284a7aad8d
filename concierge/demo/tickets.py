"""The tickets of the demonstration, with what people wrote, said and noted about them. All of it is invented.

Times are minutes before the demonstration is founded. Telephone numbers are of ranges kept for fiction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from concierge.demo.people import ANNA, BEN, SOFIA, lasting_id
from concierge.domain.ids import TicketId
from concierge.domain.person import Person
from concierge.domain.ticket import Channel, Customer, Priority, ThreadEntry, Ticket, TicketState

MINUTE_MS: Final = 60_000
DAY_MIN: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Said:
    """One contact or note; `by` None means the customer."""

    ago_min: int
    channel: Channel
    text: str
    by: Person | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One ticket and its thread. `name` tells stories apart and is never shown."""

    name: str
    title: str
    description: str
    customer: Customer
    priority: Priority
    ago_min: int
    said: tuple[Said, ...]
    assignee: Person | None = None
    state: TicketState = TicketState.OPEN

    @property
    def id(self) -> TicketId:
        """The ticket's identifier, the same in every demonstration."""
        return TicketId(lasting_id("ticket", self.name))


def ticket_of(story: Story, number: str, now_ms: int) -> Ticket:
    """Return the ticket as it stands at `now_ms`, wall-clock milliseconds."""
    times = [story.ago_min, *(said.ago_min for said in story.said)]
    return Ticket(
        id=story.id,
        number=number,
        title=story.title,
        description=story.description,
        customer=story.customer,
        priority=story.priority,
        state=story.state,
        assignee=None if story.assignee is None else story.assignee.id,
        opened_ms=now_ms - story.ago_min * MINUTE_MS,
        updated_ms=now_ms - min(times) * MINUTE_MS,
    )


def thread_of(story: Story, now_ms: int) -> list[ThreadEntry]:
    """Return the ticket's thread, oldest first."""
    return [
        ThreadEntry(
            id=lasting_id("entry", f"{story.name} {place}"),
            ticket=story.id,
            channel=said.channel,
            author=story.customer.name if said.by is None else said.by.name,
            text=said.text,
            at_ms=now_ms - said.ago_min * MINUTE_MS,
            person=None if said.by is None else said.by.id,
        )
        for place, said in enumerate(story.said)
    ]


SOLVED_EARLIER: Final = Story(
    name="blank labels in Hamburg",
    title="Label printer prints blank labels since the update",
    description="Every label from LBL-PHARM-02 comes out blank since last night. The pharmacy writes by hand.",
    customer=Customer(
        name="Jonas Keller",
        email="jonas.keller@lindmoor.example",
        phone="+49 40 66969 214",
        site="Hamburg, pharmacy",
        device="HH-PHARM-07, label printer LBL-PHARM-02",
        time_zone="Europe/Berlin",
        language="de",
    ),
    priority=Priority.HIGH,
    ago_min=2 * DAY_MIN + 48,
    assignee=ANNA,
    said=(
        Said(2 * DAY_MIN + 48, Channel.PORTAL, "Seit dem Update heute Nacht druckt der Etikettendrucker nur noch leere Etiketten."),
        Said(2 * DAY_MIN + 31, Channel.PHONE, "Called back. Paper and ribbon are fine; the driver was updated at 02:10. Session agreed.", ANNA),
    ),
)  # fmt: skip

AGAIN: Final = Story(
    name="blank labels in Melbourne",
    title="Blank labels from the ward label printer",
    description="Wristband and specimen labels come out blank since this morning. Two wards share this printer.",
    customer=Customer(
        name="Grace Nakamura",
        email="grace.nakamura@lindmoor.example",
        phone="+61 3 5550 4471",
        site="Melbourne, ward 3",
        device="MEL-W3-02, label printer LBL-W3-01",
        time_zone="Australia/Melbourne",
        language="en-AU",
    ),
    priority=Priority.URGENT,
    ago_min=34,
    assignee=ANNA,
    said=(
        Said(34, Channel.PHONE, "The label printer feeds, but nothing is on the labels. We changed the roll twice."),
        Said(27, Channel.NOTE, "Sounds like the blank labels in Hamburg two days ago. Look for that session first.", BEN),
        Said(19, Channel.EMAIL, "Photo of a blank label attached. We write specimen labels by hand for now, please hurry."),
    ),
)  # fmt: skip

OTHERS: Final = (
    Story(
        name="viewer licence in Edinburgh",
        title="X-ray viewer does not open: licence error 31",
        description="The viewer closes at once with “licence error 31” on both reporting stations.",
        customer=Customer(
            name="Dr Fiona Macrae",
            email="fiona.macrae@lindmoor.example",
            phone="+44 131 496 0158",
            site="Edinburgh, radiology",
            device="EDI-RAD-01",
            time_zone="Europe/London",
            language="en-GB",
        ),
        priority=Priority.HIGH,
        ago_min=96,
        assignee=BEN,
        state=TicketState.WAITING,
        said=(
            Said(96, Channel.PHONE, "Both reporting stations show licence error 31. There are eleven studies to report."),
            Said(81, Channel.NOTE, "The licence server answers. The stations ask for the old server name. Change window asked for.", BEN),
            Said(52, Channel.CHAT, "I am in theatre until three, please go ahead without me."),
        ),
    ),
    Story(
        name="shared drives in Boston",
        title="VPN connects, but shared drives are missing",
        description="At home the VPN says connected; drives S: and T: stay empty. In the office all is well.",
        customer=Customer(
            name="Daniel Ortega",
            email="daniel.ortega@lindmoor.example",
            phone="+1 617 555 0119",
            site="Boston, home office",
            device="BOS-LT-233",
            time_zone="America/New_York",
            language="en-US",
        ),
        priority=Priority.HIGH,
        ago_min=180,
        said=(
            Said(180, Channel.EMAIL, "Since Thursday my VPN connects and then there are no shared drives. Restarting helped once."),
            Said(142, Channel.EMAIL, "Thank you. Does it also happen over your telephone's hotspot? Please try once.", SOFIA),
            Said(65, Channel.EMAIL, "Over the hotspot it works. My provider gave me a new router last week."),
        ),
    ),
    Story(
        name="second factor in Lisbon",
        title="Asked for the second factor at every sign-in",
        description="The mail program asks for the second factor every time, some thirty times a day.",
        customer=Customer(
            name="Inês Carvalho",
            email="ines.carvalho@lindmoor.example",
            phone="",
            site="Lisbon, billing",
            device="LIS-LT-041",
            time_zone="Europe/Lisbon",
            language="pt-PT",
        ),
        priority=Priority.NORMAL,
        ago_min=7 * 60,
        said=(
            Said(7 * 60, Channel.EMAIL, "Bom dia, o programa de correio pede o segundo fator a cada início de sessão."),
            Said(6 * 60 + 20, Channel.CHAT, "Is the clock of your laptop right to the minute?", BEN),
            Said(6 * 60 + 12, Channel.CHAT, "It is four minutes late. I cannot change it, the field is grey."),
        ),
    ),
    Story(
        name="screen reader in Hamburg",
        title="Screen reader falls silent in the new appointment form",
        description="From the date field on nothing is read aloud. Without it I cannot book appointments.",
        customer=Customer(
            name="Thomas Wieland",
            email="thomas.wieland@lindmoor.example",
            phone="+49 40 66969 377",
            site="Hamburg, front desk",
            device="HH-FD-03",
            time_zone="Europe/Berlin",
            language="de",
        ),
        priority=Priority.HIGH,
        ago_min=DAY_MIN + 95,
        assignee=BEN,
        said=(
            Said(DAY_MIN + 95, Channel.PHONE, "The form is silent from the date field on. The old form worked."),
            Said(DAY_MIN + 60, Channel.NOTE, "Happens on the test machine too: the date field takes the focus and keeps it.", BEN),
        ),
    ),
    Story(
        name="slow laptop in Nairobi",
        title="Laptop slow since Monday, the fan never stops",
        description="Opening a patient file takes a minute. The fan runs even with nothing open.",
        customer=Customer(
            name="Samuel Mwangi",
            email="samuel.mwangi@lindmoor.example",
            phone="",
            site="Nairobi, outreach",
            device="NBO-LT-018",
            time_zone="Africa/Nairobi",
            language="en-KE",
        ),
        priority=Priority.NORMAL,
        ago_min=DAY_MIN + 410,
        said=(Said(DAY_MIN + 410, Channel.PORTAL, "Since Monday everything is slow. I restarted three times."),),
    ),
    Story(
        name="new name in Toronto",
        title="Please change my name in mail and directory",
        description="I married in June: Claire Bouchard is now Claire Tremblay-Osei.",
        customer=Customer(
            name="Claire Tremblay-Osei",
            email="claire.bouchard@lindmoor.example",
            phone="+1 416 555 0173",
            site="Toronto, laboratory",
            device="TOR-LAB-12",
            time_zone="America/Toronto",
            language="fr-CA",
        ),
        priority=Priority.LOW,
        ago_min=3 * DAY_MIN + 12,
        said=(
            Said(3 * DAY_MIN + 12, Channel.PORTAL, "Bonjour, mon nom a changé en juin. Mail and directory still show the old one."),
            Said(2 * DAY_MIN + 700, Channel.NOTE, "Personnel has confirmed the new name. To be done outside office hours.", SOFIA),
        ),
    ),
)  # fmt: skip

STORIES: Final = (SOLVED_EARLIER, AGAIN, *OTHERS)
