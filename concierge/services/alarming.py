"""What happens when a customer is not sure, or says that something is wrong: first everything stops, then people are told.

Rules: a live session is ended before anything is awaited; who may raise an alarm is not asked of a policy, because it only
takes away. What could not be kept is in the server's log at least.
"""

from __future__ import annotations

import json

import structlog

from concierge.domain import commands as cmd
from concierge.domain.access import AccessRequest, Act, Principal, Resource
from concierge.domain.errors import Refused
from concierge.domain.ids import PersonId, SessionId, TicketId
from concierge.domain.session import State
from concierge.domain.trust import Alarm, AlarmPlace
from concierge.services.live import LiveSession
from concierge.services.permission import check
from concierge.services.ports import AuditLeaf
from concierge.services.registry import Registry
from concierge.services.tools import Tools

_log = structlog.get_logger(__name__)


def stop_live(live: LiveSession, place: AlarmPlace) -> bool:
    """End a session because of an alarm, at once; False when it had ended already."""
    if live.decided.state is State.ENDED:
        return False
    live.narrow(cmd.RaiseAlarm(place=place))
    _log.warning("alarm_raised", place=place, session=live.decided.id)
    return True


async def alarm_of_link(tools: Tools, registry: Registry, kind: str, secret: str) -> bool:
    """Stop the session of a code or link that is still good, and use it up; False when it opens none."""
    place = AlarmPlace.CODE if kind == "code" else AlarmPlace.LINK
    session = await tools.pairings.find(kind, tools.secrets.digest(kind, secret), tools.clock.now())
    live = registry.find(session) if session is not None else None
    if live is None or not stop_live(live, place):
        return False
    await tools.pairings.drop(live.decided.id)
    return True


def stop_ticket(registry: Registry, session: SessionId, ticket: TicketId) -> bool:
    """Something is wrong with a session: end it if it is live, and whatever else is live on its ticket."""
    lives = [one for one in registry.all() if one.decided.id == session or one.decided.ticket == ticket]
    stopped = [stop_live(one, AlarmPlace.RECEIPT) for one in lives]
    return any(stopped)


async def alarm_of_session(tools: Tools, session: SessionId, ticket: TicketId) -> None:
    """Something is wrong with a session that is over: a supervisor is told of it."""
    row = await tools.sessions.summary(session)
    await _tell(tools, AlarmPlace.RECEIPT, session, ticket, "" if row is None else row.host_name)


async def alarm_of_stranger(tools: Tools) -> None:
    """Somebody is not sure and has no code that opens anything: a supervisor is told all the same."""
    await _tell(tools, AlarmPlace.CODE, None, None, "")


async def _tell(
    tools: Tools, place: AlarmPlace, session: SessionId | None, ticket: TicketId | None, host: str
) -> None:
    alarm = Alarm(tools.mint.id("alarm"), place, tools.clock.wall(), session, ticket, host)
    _log.warning("alarm_raised", place=place, session=session or "")
    detail = json.dumps({"place": place, "ticket": ticket or ""}, sort_keys=True)
    await tools.alarms.add(
        alarm, AuditLeaf(alarm.at_ms, "AlarmRaised", "customer", session or alarm.id, detail)
    )


async def open_alarms(tools: Tools, principal: Principal, limit: int, *, unseen: bool = True) -> list[Alarm]:
    """Return what a supervisor has to look at, newest first. Raises Refused."""
    _check(tools, principal)
    return await tools.alarms.newest(limit, unseen=unseen)


async def acknowledge(tools: Tools, principal: Principal, person: PersonId, name: str, alarm: str) -> None:
    """Note that a supervisor has looked at an alarm. Raises Refused, also `no_such_alarm`."""
    _check(tools, principal)
    now = tools.clock.wall()
    leaf = AuditLeaf(now, "AlarmAcknowledged", person, alarm, "{}")
    if not await tools.alarms.acknowledge(alarm, person, name, now, leaf):
        raise Refused("no_such_alarm", "there is no such alarm, or somebody has looked at it")


def _check(tools: Tools, principal: Principal) -> None:
    check(tools.policy, AccessRequest(principal, Act.ANSWER_ALARM, Resource("Desk", "desk")))
