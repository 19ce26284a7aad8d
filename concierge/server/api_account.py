"""The API of one's own account: where one is signed in, password, one-time codes, API keys.

Rule: only somebody signed in comes here (the doors say so): a key cannot change an account, nor make another key that
would outlive it.
"""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.domain.errors import BadInput
from concierge.domain.refusals import N_
from concierge.server import api_own_words as own
from concierge.server.api_words import Caller
from concierge.server.coming import digits_of
from concierge.server.pages_account import SCOPES, own_account, secret_of
from concierge.services.account_port import ApiKey


async def account(asked: Caller) -> own.AccountOut:
    """Return one's own account; `scopes` are what one's keys can be issued for."""
    person = asked.person
    issues = asked.may(Act.ISSUE_API_KEY, own_account(asked))
    return own.AccountOut(
        person=person.id,
        name=person.name,
        role=person.role.value,
        email=person.email,
        totp=await asked.house.accounts.has_totp(person.id),
        scopes=list(SCOPES) if issues else [],
    )


async def sign_ins(asked: Caller) -> list[own.SignInOut]:
    """Return where one is signed in, last seen first."""
    return [
        own.SignInOut(
            id=one.id,
            address=one.address,
            created_ms=one.created_ms,
            seen_ms=one.seen_ms,
            until_ms=one.until_ms,
            here=one.id == asked.sign_in.id,
        )
        for one in await asked.house.accounts.sign_ins(asked.person.id)
    ]


async def end_sign_in(asked: Caller) -> None:
    """End one of one's own sign-ins; its sockets close."""
    await asked.house.accounts.revoke_sign_in(asked.person.id, asked.part_id("sign_in", "sign_in_id"))


async def end_others(asked: Caller) -> own.EndedOut:
    """End every sign-in but the one that asks."""
    return own.EndedOut(ended=await asked.house.accounts.revoke_others(asked.sign_in))


async def change_password(asked: Caller, given: own.PasswordGiven) -> None:
    """Change one's password; every other sign-in ends. Refused with `password_wrong` or `sign_in_locked`."""
    await asked.house.accounts.change_password(asked.sign_in, given.old, given.new, asked.address)


async def totp_start(asked: Caller, given: own.ConfirmGiven) -> own.TotpOfferOut:
    """Begin to set one-time codes up. Refused with `password_wrong` or `sign_in_locked`."""
    offer = await asked.house.accounts.offer_totp(asked.sign_in, given.password, asked.address)
    return own.TotpOfferOut(uri=offer.uri, secret=secret_of(offer))


async def totp_confirm(asked: Caller, given: own.TotpGiven) -> None:
    """Put one-time codes in force; every other sign-in ends. Refused with `totp_wrong`."""
    await asked.house.accounts.confirm_totp(asked.sign_in, digits_of(given.totp))


async def totp_remove(asked: Caller, given: own.ConfirmGiven) -> None:
    """Do without one-time codes again. Refused with `password_wrong` or `sign_in_locked`."""
    await asked.house.accounts.drop_totp(asked.sign_in, given.password, asked.address)


def _key(one: ApiKey) -> own.OwnKeyOut:
    return own.OwnKeyOut(
        id=one.id,
        name=one.name,
        scopes=list(one.scopes),
        created_ms=one.created_ms,
        until_ms=one.until_ms,
        used_ms=one.used_ms,
    )


async def keys(asked: Caller) -> list[own.OwnKeyOut]:
    """Return one's own keys that are not revoked, newest first."""
    every = await asked.house.keys.of_person(asked.person.id)
    return [_key(one) for one in every if one.revoked_ms is None]


async def issue_key(asked: Caller, given: own.KeyGiven) -> own.KeyMade:
    """Issue a key; its secret is given this once."""
    if not set(given.scopes) <= set(SCOPES):
        raise BadInput(N_("No key can be issued for that."))
    until = asked.house.tools.clock.now() + given.days * own.DAY_MS
    name = given.name.replace("\0", "")
    issued = await asked.house.keys.issue(asked.person.id, name, tuple(given.scopes), until)
    return own.KeyMade(**_key(issued.key).model_dump(), secret=issued.secret)


async def revoke_key(asked: Caller) -> None:
    """Revoke one of one's own keys."""
    await asked.house.keys.revoke(asked.person.id, asked.part_id("api_key", "key_id"))
