"""Access requests and decisions: the question put to the policy engine, and its answer with reasons.

The list of acts is closed; a route, socket message or command that names no act does not start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Attribute = str | int | bool | tuple[str, ...]


class Act(StrEnum):
    """Every act of every principal that a policy decides."""

    # the desk
    VIEW_DESK = "view_desk"
    CREATE_TICKET = "create_ticket"
    VIEW_TICKET = "view_ticket"
    NOTE_TICKET = "note_ticket"
    SEARCH = "search"
    OPEN_SESSION = "open_session"
    VIEW_SESSIONS = "view_sessions"
    ANSWER_ALARM = "answer_alarm"
    # inside a session
    HOST_SESSION = "host_session"
    OBSERVE_SESSION = "observe_session"
    JOIN_SESSION = "join_session"
    CONFIRM_MATCH = "confirm_match"
    ASK_CONSENT = "ask_consent"
    ANSWER_CONSENT = "answer_consent"
    CONTINUE_UNRECORDED = "continue_unrecorded"
    SHARE_SCREEN = "share_screen"
    SHARE_CAMERA = "share_camera"
    HOLD_CAPABILITY = "hold_capability"
    ADMIT = "admit"
    FREEZE = "freeze"
    REVOKE_GRANT = "revoke_grant"
    PAUSE_SESSION = "pause_session"
    HAND_OVER = "hand_over"
    ACCEPT_HANDOVER = "accept_handover"
    PICK_UP_SESSION = "pick_up_session"
    ASK_OPINION = "ask_opinion"
    END_SESSION = "end_session"
    # vendors
    CREATE_INVITE = "create_invite"
    VIEW_INVITES = "view_invites"
    REVOKE_INVITE = "revoke_invite"
    TEND_INVITE = "tend_invite"
    REDEEM_INVITE = "redeem_invite"
    # the end of a shift
    SIGN_OFF = "sign_off"
    HAND_ON_INVITE = "hand_on_invite"
    TAKE_ON_INVITE = "take_on_invite"
    # evidence
    FIND_RECORDINGS = "find_recordings"
    REPLAY_RECORDING = "replay_recording"
    WATCH_RECORDING_LIVE = "watch_recording_live"
    EXPORT_RECORDING = "export_recording"
    SHARE_RECORDING = "share_recording"
    RELEASE_INPUT = "release_input"
    HOLD_RECORDING = "hold_recording"
    ERASE_RECORDING = "erase_recording"
    VIEW_AUDIT_LOG = "view_audit_log"
    # oneself and the installation
    VIEW_PEOPLE = "view_people"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    ISSUE_API_KEY = "issue_api_key"


class DeskRole(StrEnum):
    """What a person of the organisation is to the desk; a session has roles of its own."""

    HOST = "host"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `kind` is "Person" (signed in, or through an API key) "Participant" (a seat in one session),
    or "AuditorLink" (whoever holds a link to watch one recording).
    """

    kind: str
    id: str
    role: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked for: kind is "Desk", "Ticket", "Session", "Invite", "Recording" or "Account"."""

    kind: str
    id: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One question to the policy engine."""

    principal: Principal
    act: Act
    resource: Resource
    context: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessDecision:
    """The answer. `reasons` are the ids of the policies that decided; `policy_version` is a hash of the policy files."""

    permitted: bool
    reasons: tuple[str, ...]
    policy_version: str
