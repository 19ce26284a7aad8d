"""The API of signing in and out, and of how pages look: what the pages' forms do, for programs.

Rule: a sign-in made here is a sign-in like any other: same tries, same lock-out, same one-time code, same end. Its
secret is only ever in the cookie.
"""

from __future__ import annotations

from starlette.responses import Response

from concierge.server import api_own_words as own
from concierge.server.api_words import Caller
from concierge.server.asked import THEMES, Asked
from concierge.server.coming import by_password, by_sign_in_link, digits_of
from concierge.server.cookies import Kind, Preference
from concierge.server.proofs import secret_in
from concierge.services.accounts import SignedIn


async def sign_in(asked: Caller, given: own.SignInGiven, response: Response) -> own.SignInMade:
    """Sign in by name, password and (for those who have it) one-time code; the answer sets the cookie.

    Refused with `sign_in_failed`, `totp_needed` (send it all again with `totp`) or `sign_in_locked`.
    """
    name, code = given.name.strip().replace("\0", ""), given.totp.strip()
    done = await by_password(asked, name, given.password, (digits_of(code) or "0") if code else "")
    return _signed_in(asked, done, response)


async def sign_in_link(asked: Caller, given: own.SignInLinkGiven, response: Response) -> own.SignInMade:
    """Sign in by a sign-in link, which uses it up; the answer sets the cookie."""
    return _signed_in(asked, await by_sign_in_link(asked, secret_in(given.link)), response)


def _signed_in(asked: Asked, done: SignedIn, response: Response) -> own.SignInMade:
    asked.house.cookies.write_sign_in(response, done.secret)
    return own.SignInMade(
        sign_in=done.sign_in.id,
        person=done.person.id,
        name=done.person.name,
        role=done.person.role.value,
        csrf=asked.house.accounts.csrf_of(done.secret),
        until_ms=done.sign_in.until_ms,
    )


async def sign_out(asked: Caller, response: Response) -> None:
    """End the sign-in that asks."""
    await asked.house.accounts.sign_out(asked.sign_in)
    asked.house.cookies.clear(response, Kind.SIGN_IN)


async def preferences(asked: Caller, given: own.PreferencesGiven, response: Response) -> own.PreferencesOut:
    """Choose language and theme of the pages in this browser.

    A program chooses the language of answers by Accept-Language, or by this cookie.
    """
    cookies, now = asked.house.cookies, asked.request
    if given.language is not None:
        cookies.prefer(response, Preference.LANGUAGE, given.language)
    if given.theme is not None:
        cookies.prefer(response, Preference.THEME, given.theme)
    theme = THEMES.get(given.theme or cookies.preference(now, Preference.THEME), "system")
    return own.PreferencesOut(language=given.language or asked.reader.language, theme=theme)
