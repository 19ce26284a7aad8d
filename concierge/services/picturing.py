"""How a picture stands, as its source tells: changes go on the record, every word goes on to whoever sees the picture.

Rule: what is told decides nothing. A source that lies about itself is shown as it says, and recorded as it is.
"""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import ParticipantId
from concierge.services.live import LiveSession
from concierge.wire import messages as wire


async def tell_picture(live: LiveSession, by: ParticipantId, message: wire.TellPicture) -> None:
    """Record what changed, and pass on the sign of life. Raises Refused, BadInput, EvidenceUnavailable."""
    if message.age_ms < 0:
        raise BadInput("an age is not negative")
    surface = live.decided.surfaces.get(message.surface)
    if surface is None or surface.owner != by:
        raise Refused("not_shared", "that surface is not shown by this participant")
    await live.submit(
        cmd.NotePicture(
            by=by,
            surface=message.surface,
            condition=message.condition,
            width=message.width,
            height=message.height,
        )
    )
    told = wire.PictureTold(message.surface, message.condition, message.width, message.height, message.age_ms)
    for viewer in {flow.viewer for flow in live.steering.flows if flow.source == message.surface}:
        live.hub.send(viewer, told)
