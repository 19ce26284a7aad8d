"""What an act is about: from a part of the path to a resource as the policies know it, or 404.

Rule: what does not exist and what may not be known are told apart by nobody outside.
"""

from __future__ import annotations

from concierge.domain.access import Act, Attribute, Resource
from concierge.domain.errors import BadIdentifier, Refused
from concierge.domain.ids import InviteId, RecordingId, SessionId, TicketId, check_id
from concierge.server.asked import DESK, Asked
from concierge.server.errors import Elsewhere, Shut
from concierge.services.live import LiveSession
from concierge.services.permission import session_resource


async def desk(asked: Asked) -> Resource:  # noqa: ARG001 - the shape of Find
    """The desk as a whole."""
    return DESK


async def account(asked: Asked) -> Resource:
    """One's own account."""
    return Resource("Account", asked.person.id, {"owner": asked.person.id})


async def account_signed_in(asked: Asked) -> Resource:
    """One's own account, for somebody who is there: a key has no sign-in to manage it from."""
    if asked.who.sign_in is None:
        raise Refused("key_never_manages_account", "a key manages no account, whatever it was issued for")
    return await account(asked)


async def ticket(asked: Asked) -> Resource:
    """The ticket in the path."""
    ticket_id = TicketId(asked.part_id("ticket", "ticket_id"))
    if await asked.house.tools.tickets.get(ticket_id) is None:
        raise Shut(404)
    return Resource("Ticket", ticket_id)


async def ticket_named(asked: Asked) -> Resource:
    """The ticket that the form or the JSON names; one that is missing is for the endpoint to ask for."""
    text = asked.typed("ticket_id")
    if not text and asked.request.headers.get("content-type", "").startswith("application/json"):
        document = await asked.request.json()
        text = str(document.get("ticket", "")) if isinstance(document, dict) else ""
    try:
        ticket_id = TicketId(check_id("ticket", text))
    except BadIdentifier:
        # Nothing that exists: a policy that lets the person invite anywhere lets them see what is wrong.
        return Resource("Ticket", "none")
    return Resource("Ticket", ticket_id)


async def console(asked: Asked) -> Resource:
    """The live session in the path; one that has ended is to be found on its ticket."""
    session_id = SessionId(asked.part_id("session", "session_id"))
    live = asked.house.registry.find(session_id)
    if live is not None:
        return session_resource(live.decided)
    row = await asked.house.tools.sessions.summary(session_id)
    if row is None or not asked.may(Act.VIEW_TICKET, Resource("Ticket", row.ticket)):
        raise Shut(404)
    raise Elsewhere(asked.house.links.url("ticket", ticket_id=row.ticket))


async def session(asked: Asked) -> Resource:
    """The session in the path, live or ended."""
    session_id = SessionId(asked.part_id("session", "session_id"))
    live = asked.house.registry.find(session_id)
    if live is not None:
        return session_resource(live.decided)
    row = await asked.house.tools.sessions.summary(session_id)
    if row is None:
        raise Shut(404)
    return Resource("Session", session_id, {"host": row.host or "", "state": row.state, "recording": False})


async def invite(asked: Asked) -> Resource:
    """The invite in the path."""
    found = await asked.house.tools.invites.get(InviteId(asked.part_id("invite", "invite_id")))
    if found is None:
        raise Shut(404)
    attributes: dict[str, Attribute] = {"created_by": found.created_by}
    live = asked.house.registry.of_ticket(found.ticket)
    if live is not None:
        attributes["host"] = live.decided.seats[live.decided.host].who.person or ""
    return Resource("Invite", found.id, attributes)


async def invite_in_care(asked: Asked) -> Resource:
    """The invite in the path, with who looks after it and who is asked to."""
    found = await asked.house.tools.invites.get(InviteId(asked.part_id("invite", "invite_id")))
    if found is None:
        raise Shut(404)
    return await asked.house.shifts.resource(found)


async def recording(asked: Asked) -> Resource:
    """The recording in the path."""
    found = await asked.house.tools.recordings.get(RecordingId(asked.part_id("recording", "recording_id")))
    if found is None:
        raise Shut(404)
    return Resource("Recording", found.id, {"ticket": found.ticket})


def live_in_path(asked: Asked) -> LiveSession:
    """Return the live session in the path; 404 when it is not live."""
    live = asked.house.registry.find(SessionId(asked.part_id("session", "session_id")))
    if live is None:
        raise Shut(404)
    return live
