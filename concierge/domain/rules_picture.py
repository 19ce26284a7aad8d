"""Rules on what is shown beyond opening it: something else in its place, how its picture stands, the customer's phone.

A swap needs no new yes: what was agreed to is "what you choose to share". A camera is another thing, with its own yes.
"""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import Capability
from concierge.domain.draft import Draft
from concierge.domain.errors import BadInput, Refused
from concierge.domain.surface import SurfaceKind, seen_with


def swap_surface(draft: Draft, command: cmd.SwapSurface) -> None:
    """Show another monitor, window or tab in the place of this one."""
    draft.the_customer(command.by)
    surface = draft.session.surfaces.get(command.surface)
    if surface is None:
        raise Refused("not_shared", "that surface is not shared")
    if seen_with(command.kind) is not surface.seen_with:
        raise BadInput("a screen and a camera are not exchanged for each other")
    draft.add(ev.SurfaceSwapped, surface=surface.id, display=command.kind, former=surface.kind)


def note_picture(draft: Draft, command: cmd.NotePicture) -> None:
    """Put on the record how a picture stands; what has not changed is not repeated."""
    draft.the_customer(command.by)
    surface = draft.session.surfaces.get(command.surface)
    if surface is None:
        raise Refused("not_shared", "that surface is not shared")
    if not (0 <= command.width <= limits.SIDE_MAX_PIXELS and 0 <= command.height <= limits.SIDE_MAX_PIXELS):
        raise BadInput("a picture has sides of some pixels")
    told = (command.condition, command.width, command.height)
    if told != (surface.condition, surface.width, surface.height):
        draft.add(
            ev.PictureNoted,
            surface=surface.id,
            condition=command.condition,
            width=command.width,
            height=command.height,
        )


def offer_camera(draft: Draft, command: cmd.OfferCamera) -> None:
    """The customer offers the camera to the host; the question is the one the host would ask."""
    customer = draft.the_customer(command.by)
    session = draft.session
    if not session.recorded:
        raise Refused("recording_first", "the customer has not agreed to the recording")
    if Capability.VIEW_CAMERA not in session.seats[session.host].who.may_hold:
        raise Refused("beyond_ceiling", "this host can never see a camera")
    draft.ask(command.consent, Capability.VIEW_CAMERA, session.host, customer.who.id)


def join_phone(draft: Draft, _command: cmd.JoinPhone) -> None:
    """The phone that used the link takes the place of an earlier one."""
    customer = draft.session.customer
    if customer is None or not customer.admitted:
        raise Refused("customer_first", "a phone belongs to a customer who is here")
    _put_away(draft)
    draft.add(ev.PhoneJoined, participant=customer.who.id)


def leave_phone(draft: Draft, command: cmd.LeavePhone) -> None:
    """Close what the phone shows, and let go of it."""
    if command.by is not None:
        draft.the_customer(command.by)
    _put_away(draft)


def _put_away(draft: Draft) -> None:
    cameras = [key for key, one in draft.session.surfaces.items() if one.kind is SurfaceKind.CAMERA]
    for surface in cameras:
        draft.add(ev.SurfaceClosed, surface=surface)
    customer = draft.session.customer
    if draft.session.phone and customer is not None:
        draft.add(ev.PhoneLeft, participant=customer.who.id)
