"""Prints who may do what as one table: every act and capability against every kind of principal.

`python -m tests.policies.matrix` prints it; review the difference, then write it to `policies/tests/matrix.golden`.
"""

from __future__ import annotations

from dataclasses import dataclass

from concierge.adapters.cedar import load_policies
from concierge.domain.access import AccessRequest, Act, Attribute, Principal, Resource
from concierge.domain.capability import Capability
from concierge.services.policy_port import PolicyEngine
from tests.policies.tables import POLICIES

GOLDEN = POLICIES / "tests" / "matrix.golden"

HEADER = """\
# Who may do what, at the most favourable moment: consent given, recording on, everybody present, the session active
# (picking up: its host lost).
# any: on whatever it is   own: on one's own session, invite or account, or on what is offered to oneself   -: never
# "key" is a host's API key issued for every act. Printed by `python -m tests.policies.matrix`; changes are reviewed.
"""

PEOPLE = ("host", "supervisor", "auditor")
SEATS = ("host", "customer", "vendor", "observer", "moderator")
ON_THE_DESK = {
    Act.VIEW_DESK, Act.CREATE_TICKET, Act.SEARCH, Act.VIEW_SESSIONS, Act.VIEW_INVITES, Act.FIND_RECORDINGS, Act.SIGN_OFF,
    Act.VIEW_AUDIT_LOG, Act.VIEW_PEOPLE, Act.ANSWER_ALARM,
}  # fmt: skip
ON_A_TICKET = {Act.VIEW_TICKET, Act.NOTE_TICKET, Act.OPEN_SESSION}
ON_AN_INVITE = {Act.TEND_INVITE, Act.REVOKE_INVITE, Act.REDEEM_INVITE, Act.HAND_ON_INVITE, Act.TAKE_ON_INVITE}
ON_A_RECORDING = {
    Act.REPLAY_RECORDING,
    Act.WATCH_RECORDING_LIVE,
    Act.EXPORT_RECORDING,
    Act.RELEASE_INPUT,
    Act.SHARE_RECORDING,
    Act.HOLD_RECORDING,
    Act.ERASE_RECORDING,
}
ON_AN_ACCOUNT = {Act.MANAGE_OWN_ACCOUNT, Act.ISSUE_API_KEY, Act.MANAGE_PEOPLE}


@dataclass(frozen=True, slots=True)
class Question:
    """One row: an act, told apart by capability or by resource where that matters."""

    label: str
    act: Act
    kind: str
    context: dict[str, Attribute]


def principals() -> dict[str, Principal]:
    people = {role: Principal("Person", "per_self", role) for role in PEOPLE}
    people["key"] = Principal("Person", "per_self", "host", {"scopes": tuple(Act)})
    seats = {
        f"{role}'s seat": Principal(
            "Participant",
            "par_self",
            role,
            {"session": "ses_own", "seat": "sea_self", "company": "com_self", "person": "per_self"},
        )
        for role in SEATS
    }
    return people | seats


def resource(kind: str, *, own: bool) -> Resource:
    person = "per_self" if own else "per_other"
    attributes: dict[str, dict[str, Attribute]] = {
        "Session": {
            "host": person,
            "state": "active",
            "recording": True,
            "handover_to": person,
            "asked": (person,),
            "host_away": True,
        },
        "Invite": {"created_by": person, "care": person, "care_offered_to": person},
        "Recording": {"ticket": "tic_own" if own else "tic_other"},
        "Account": {"owner": person},
    }
    return Resource(kind, f"{kind[:3].lower()}_{'own' if own else 'other'}", attributes.get(kind, {}))


def kind_of(act: Act) -> str:
    for acts, kind in (
        (ON_THE_DESK, "Desk"),
        (ON_A_TICKET, "Ticket"),
        (ON_AN_INVITE, "Invite"),
        (ON_A_RECORDING, "Recording"),
        (ON_AN_ACCOUNT, "Account"),
    ):
        if act in acts:
            return kind
    return "Session"


def questions() -> list[Question]:
    rows: list[Question] = []
    for act in Act:
        if act is Act.HOLD_CAPABILITY:
            rows.extend(
                Question(f"{act} {capability}", act, "Session", favourable(capability))
                for capability in Capability
            )
        elif act is Act.CREATE_INVITE:
            rows.extend(Question(f"{act} ({kind.lower()})", act, kind, {}) for kind in ("Ticket", "Session"))
        else:
            context: dict[str, Attribute] = (
                {"consented": True} if act in (Act.SHARE_SCREEN, Act.SHARE_CAMERA) else {}
            )
            if act is Act.ISSUE_API_KEY:
                context = {"scopes": (str(Act.VIEW_DESK),)}
            rows.append(Question(str(act), act, kind_of(act), context))
    return rows


def favourable(capability: Capability) -> dict[str, Attribute]:
    """Return what is known when `capability` is asked for and nothing stands in its way."""
    return {
        "capability": str(capability),
        "consented": True,
        "recorded": True,
        "endpoint_client": True,
        "host_present": True,
        "invite_capabilities": tuple(Capability),
    }


def cell(engine: PolicyEngine, who: Principal, row: Question) -> str:
    own, other = (
        engine.decide(AccessRequest(who, row.act, resource(row.kind, own=own), row.context)).permitted
        for own in (True, False)
    )
    return "any" if other else "own" if own else "-"


def matrix(engine: PolicyEngine) -> str:
    columns = principals()
    rows = [["", *columns]]
    rows.extend([row.label, *(cell(engine, who, row) for who in columns.values())] for row in questions())
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)
    return HEADER + "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    print(matrix(load_policies(POLICIES)), end="")
