"""The ways in that a stranger can try: by code, link, invite, password or sign-in link. Pages and API both come by here.

Rule: a try is counted before it is made, in the same budget whichever door it was made at; what was wrong with a code or
a link is the same no.
"""

from __future__ import annotations

from concierge.domain import limits
from concierge.domain.errors import BadInput, Refused
from concierge.domain.refusals import N_
from concierge.server.asked import Asked
from concierge.server.cookies import Kind
from concierge.server.throttles import Bucket
from concierge.services.accounts import SignedIn
from concierge.services.inviting import redeem_invite
from concierge.services.joining import TakenSeat, join_as_customer

SPACES = " -\u00a0\u2009\u202f\u2011\u2013."
CODE_TYPED_MAX_CHARS = 24


def digits_of(typed: str) -> str:
    """Return the digits of anything typed where digits belong."""
    return "".join(letter for letter in typed if letter.isascii() and letter.isdecimal())


async def by_code(asked: Asked, typed: str) -> TakenSeat:
    """Use a code up. Raises BadInput for what is no code, TooManyTries, Refused: pairing_unknown."""
    digits = typed[:CODE_TYPED_MAX_CHARS].translate({ord(letter): None for letter in SPACES})
    if len(digits) != limits.CODE_DIGITS or digits != digits_of(digits):
        raise BadInput(N_("A code has nine digits. Please check it and type it again."))
    await asked.house.gate.admit(Bucket.CODE, asked.address)
    return await _join(asked, "code", digits)


async def by_link(asked: Asked, secret: str) -> TakenSeat:
    """Use a session's link up. Raises TooManyTries, Refused: pairing_unknown."""
    await asked.house.gate.admit(Bucket.LINK, asked.address)
    return await _join(asked, "link", secret)


async def _join(asked: Asked, kind: str, secret: str) -> TakenSeat:
    try:
        return await join_as_customer(asked.house.tools, asked.house.registry, kind, secret)
    except Refused as error:
        # Whoever is second learns nothing of who was first.
        if error.code == "customer_already_here":
            raise Refused("pairing_unknown", "somebody has joined already") from None
        raise


async def by_phone_link(asked: Asked, secret: str) -> TakenSeat:
    """Use the link for a customer's phone up. Raises TooManyTries, Refused: phone_link_not_good."""
    await asked.house.gate.admit(Bucket.LINK, asked.address)
    return await asked.house.phones.join(secret)


async def by_invite(asked: Asked, secret: str, pin: str) -> TakenSeat:
    """Redeem an invite. Raises TooManyTries, Refused as redeem_invite."""
    await asked.house.gate.admit(Bucket.PIN, asked.address)
    return await redeem_invite(asked.house.tools, asked.house.registry, secret, digits_of(pin))


async def by_password(asked: Asked, name: str, password: str, totp: str) -> SignedIn:
    """Sign in; the sign-in this browser had before is dead. Raises TooManyTries, Refused as Accounts.sign_in."""
    await asked.house.gate.admit(Bucket.SIGN_IN, asked.address)
    old = asked.house.cookies.read(asked.request, Kind.SIGN_IN)
    return await asked.house.accounts.sign_in(name, password, totp, asked.address, replaces=old)


async def by_sign_in_link(asked: Asked, secret: str) -> SignedIn:
    """Sign in by a link; the sign-in this browser had before is dead. Raises TooManyTries, Refused: link_not_good."""
    await asked.house.gate.admit(Bucket.SIGN_IN, asked.address)
    done = await asked.house.accounts.sign_in_by_link(secret, asked.address)
    if asked.identity is not None and asked.identity.sign_in is not None:
        await asked.house.accounts.sign_out(asked.identity.sign_in)
    return done
