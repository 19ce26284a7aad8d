"""What of an offer we take: pure functions from parsed SDP to codecs, or BadInput.

Refuses to be clever: one codec for a publisher, one payload type per codec for a viewer. Rule: a person who reads the
error knows what their browser offered wrongly.
"""

from __future__ import annotations

from concierge.domain.errors import BadInput
from concierge.domain.limits import PICTURE_SLOTS, VOICE_SLOTS
from concierge.media.sdp import Codec, Offer, Section
from concierge.services.media_port import MediaKind

_SDP_KIND = {MediaKind.PICTURE: "video", MediaKind.VOICE: "audio"}


def publishable(offer: Offer, kind: MediaKind, preference: tuple[str, ...]) -> tuple[Section, Codec]:
    """Return the one m-line of a publisher and the codec it shall use. Raises BadInput."""
    section = offer.sections[0]
    if len(offer.sections) != 1 or section.kind != _SDP_KIND[kind]:
        raise BadInput(f"a {kind.value} is published with exactly one {_SDP_KIND[kind]} line")
    if section.direction not in {"sendonly", "sendrecv"}:
        raise BadInput("the offer does not send")
    codecs = carried_codecs(section, kind, preference)
    if not codecs:
        raise BadInput("the offer has no codec we take")
    return section, codecs[0]


def check_slots(offer: Offer) -> None:
    """Refuse a viewer's offer that asks for more slots than there are, or receives nothing. Raises BadInput."""
    kinds = [section.kind for section in offer.sections]
    if kinds.count("video") > PICTURE_SLOTS or kinds.count("audio") > VOICE_SLOTS:
        raise BadInput(f"a viewer has at most {PICTURE_SLOTS} picture and {VOICE_SLOTS} voice slots")
    if any(section.direction not in {"recvonly", "sendrecv"} for section in offer.sections):
        raise BadInput("the offer does not receive")
    if not carried_codecs(offer.sections[0], _kind_of(offer.sections[0]), ("VP8", "H264")):
        raise BadInput("the offer has no codec we send")


def carried_codecs(section: Section, kind: MediaKind, preference: tuple[str, ...]) -> list[Codec]:
    """Return the codecs of an m-line we can carry, one payload type each, best first.

    Of H264 only packetization mode 1, and constrained baseline where it is offered: every viewer decodes that.
    """
    wanted = preference if kind is MediaKind.PICTURE else ("opus",)
    chosen: dict[str, Codec] = {}
    for codec in section.codecs():
        if codec.name not in wanted or (
            codec.name == "H264" and "packetization-mode=1" not in codec.parameters
        ):
            continue
        held = chosen.get(codec.name)
        if held is None or ("42e01f" in codec.parameters and "42e01f" not in held.parameters):
            chosen[codec.name] = codec
    return [chosen[name] for name in wanted if name in chosen]


def _kind_of(section: Section) -> MediaKind:
    return MediaKind.PICTURE if section.kind == "video" else MediaKind.VOICE
