"""Capabilities: the one closed list of named things that can be done in a session, and what each needs.

Rule: a capability not in force for a participant does not exist for that participant. Lists only ever narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """What a participant may do. Names are never reused for another meaning."""

    VIEW_SCREEN = "view_screen"
    VIEW_CAMERA = "view_camera"
    VOICE = "voice"
    CHAT = "chat"
    MARK = "mark"
    RECORD = "record"
    CONTROL_INPUT = "control_input"
    CLIPBOARD = "clipboard"
    FILES = "files"
    SHELL = "shell"
    TUNNEL = "tunnel"


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be true before a capability may be granted."""

    consent: bool
    endpoint_client: bool


NEEDS: dict[Capability, Need] = {
    Capability.VIEW_SCREEN: Need(consent=True, endpoint_client=False),
    Capability.VIEW_CAMERA: Need(consent=True, endpoint_client=False),
    Capability.VOICE: Need(consent=True, endpoint_client=False),
    Capability.CHAT: Need(consent=False, endpoint_client=False),
    Capability.MARK: Need(consent=False, endpoint_client=False),
    Capability.RECORD: Need(consent=True, endpoint_client=False),
    Capability.CONTROL_INPUT: Need(consent=True, endpoint_client=True),
    Capability.CLIPBOARD: Need(consent=True, endpoint_client=True),
    Capability.FILES: Need(consent=True, endpoint_client=True),
    Capability.SHELL: Need(consent=True, endpoint_client=True),
    Capability.TUNNEL: Need(consent=True, endpoint_client=True),
}

# What can be asked for today with nothing but a browser at both ends.
IN_A_BROWSER: frozenset[Capability] = frozenset(
    capability for capability, need in NEEDS.items() if not need.endpoint_client
)

# What an invite may carry: recording is the session's affair, and a camera shows a home or an office: never a vendor's.
INVITABLE: frozenset[Capability] = IN_A_BROWSER - {Capability.RECORD, Capability.VIEW_CAMERA}


def attenuate(asked: frozenset[Capability], held: frozenset[Capability]) -> frozenset[Capability]:
    """Return what of `asked` somebody holding `held` can pass on: never more than held."""
    return asked & held
