"""One's own account: where one is signed in, the second factor, API keys, and how pages look."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.responses import Response

from concierge.domain.access import Act, Resource
from concierge.domain.errors import BadInput, Refused
from concierge.domain.refusals import N_, sentence_for
from concierge.server.asked import THEMES, Asked
from concierge.server.cookies import Preference
from concierge.server.languages import LANGUAGES
from concierge.server.portraits import FAULTS
from concierge.server.views.account import AccountView, ApiKeyRow, Enrolment, SignInRow
from concierge.server.views.frame import Notice
from concierge.server.views.qr import qr_of
from concierge.services.account_port import ApiKey, SignIn
from concierge.services.accounts import TotpOffer
from concierge.services.api_keys import PREFIX, IssuedKey

DAY_MS = 24 * 60 * 60_000
LIVES_DAYS = {"7": 7, "30": 30, "90": 90, "365": 365}

# What a key may be issued for: what a person does at the desk, never their account.
SCOPES = tuple(act for act in Act if act is not Act.MANAGE_OWN_ACCOUNT)


async def account(asked: Asked) -> Response:
    """The page."""
    return await _account(asked)


async def _account(
    asked: Asked,
    *,
    enrolment: Enrolment | None = None,
    issued: IssuedKey | None = None,
    key_fault: str | None = None,
    password_fault: str | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    house, person = asked.house, asked.person
    places = await house.accounts.sign_ins(person.id)
    keys = await house.keys.of_person(person.id)
    protected = await house.accounts.has_totp(person.id)
    view = AccountView(
        frame=asked.frame(notices=(notice,) if notice is not None else ()),
        email=person.email or None,
        sign_ins=tuple(_place(asked, one) for one in places),
        keys=tuple(_key(asked, one) for one in keys if one.revoked_ms is None),
        scopes=tuple(act.value for act in SCOPES),
        totp="enrolling" if enrolment is not None else "on" if protected else "off",
        enrolment=enrolment,
        new_key=issued.secret if issued is not None else None,
        new_key_label=issued.key.name if issued is not None else None,
        may_issue_keys=asked.may(Act.ISSUE_API_KEY, own_account(asked)),
        key_fault=key_fault,
        password_fault=password_fault,
        picture_fault=_picture_fault(asked),
    )
    return asked.show(view, status)


def _picture_fault(asked: Asked) -> str | None:
    """Return why the picture just sent was not taken; the form comes back here with the code of it."""
    code = asked.query("picture")
    return asked.reader.gettext(sentence_for(code)) if code in FAULTS else None


def own_account(asked: Asked) -> Resource:
    """Return one's own account as the policies know it."""
    return Resource("Account", asked.person.id, {"owner": asked.person.id})


def _place(asked: Asked, one: SignIn) -> SignInRow:
    return SignInRow(
        sign_in_id=one.id,
        device=asked.reader.gettext("Browser"),
        address=one.address,
        since=asked.reader.moment(one.created_ms),
        last=asked.reader.moment(one.seen_ms),
        here=one.id == asked.sign_in.id,
    )


def _key(asked: Asked, one: ApiKey) -> ApiKeyRow:
    return ApiKeyRow(
        key_id=one.id,
        label=one.name,
        prefix=PREFIX,
        scopes=tuple(scope.value for scope in one.scopes),
        expires=asked.reader.moment(one.until_ms),
        expired=one.until_ms <= asked.house.tools.clock.now(),
        last_used=asked.reader.maybe(one.used_ms),
    )


async def theme(asked: Asked) -> Response:
    """How pages look, on this browser."""
    chosen = asked.typed("theme")
    response = asked.go("account")
    if chosen in THEMES:
        asked.house.cookies.prefer(response, Preference.THEME, chosen)
    return response


async def language(asked: Asked) -> Response:
    """In which language pages are, on this browser; for people without a sign-in too."""
    chosen = asked.typed("language")
    response = asked.go("account" if asked.identity is not None else "portal")
    if chosen in LANGUAGES:
        asked.house.cookies.prefer(response, Preference.LANGUAGE, chosen)
    return response


async def end_sign_in(asked: Asked) -> Response:
    """End one of one's own sign-ins."""
    await asked.house.accounts.revoke_sign_in(asked.person.id, asked.part_id("sign_in", "sign_in_id"))
    return asked.go("account")


async def end_others(asked: Asked) -> Response:
    """End every sign-in but this one."""
    await asked.house.accounts.revoke_others(asked.sign_in)
    return asked.go("account")


def _password(asked: Asked) -> str:
    value = asked.form.get("password", "")
    return value if isinstance(value, str) else ""


async def totp_start(asked: Asked) -> Response:
    """Show the QR code for the authenticator app."""
    try:
        offer = await asked.house.accounts.offer_totp(asked.sign_in, _password(asked), asked.address)
    except Refused as error:
        return await _refused(asked, error)
    secret = secret_of(offer)
    spaced = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return await _account(asked, enrolment=Enrolment(spaced, qr_of(offer.uri)))


def secret_of(offer: TotpOffer) -> str:
    """Return what is typed into an authenticator app that cannot scan."""
    return parse_qs(urlsplit(offer.uri).query).get("secret", [""])[0]


async def totp_confirm(asked: Asked) -> Response:
    """Put the second factor in force."""
    try:
        await asked.house.accounts.confirm_totp(asked.sign_in, asked.typed("totp"))
    except Refused:
        words = N_("Those digits did not match. Nothing has changed; please set it up again.")
        return await _account(asked, notice=Notice("warn", asked.reader.gettext(words)), status=422)
    return asked.go("account")


async def totp_remove(asked: Asked) -> Response:
    """Do without."""
    try:
        await asked.house.accounts.drop_totp(asked.sign_in, _password(asked), asked.address)
    except Refused as error:
        return await _refused(asked, error)
    return asked.go("account")


async def change_password(asked: Asked) -> Response:
    """Change one's password; every other place where one is signed in ends."""
    new = asked.form.get("new_password", "")
    try:
        await asked.house.accounts.change_password(
            asked.sign_in, _password(asked), new if isinstance(new, str) else "", asked.address
        )
    except BadInput as error:
        return await _account(asked, password_fault=asked.reader.gettext(str(error)), status=422)
    except Refused as error:
        fault = asked.reader.gettext(sentence_for(error.code))
        return await _account(asked, password_fault=fault, status=_status_of(error))
    words = asked.reader.gettext("Your password is changed. Everywhere else you have been signed out.")
    return await _account(asked, notice=Notice("good", words))


async def _refused(asked: Asked, error: Refused) -> Response:
    notice = Notice("warn", asked.reader.gettext(sentence_for(error.code)))
    return await _account(asked, notice=notice, status=_status_of(error))


def _status_of(error: Refused) -> int:
    return 429 if error.code == "sign_in_locked" else 403


async def issue_key(asked: Asked) -> Response:
    """Issue a key and show it, this once."""
    wanted, days = asked.chosen("scope"), asked.typed("days")
    if days not in LIVES_DAYS or not set(wanted) <= {act.value for act in SCOPES}:
        return await _account(asked, key_fault=asked.reader.gettext(N_("Choose from the list.")), status=422)
    scopes = tuple(Act(name) for name in wanted)
    until = asked.house.tools.clock.now() + LIVES_DAYS[days] * DAY_MS
    try:
        issued = await asked.house.keys.issue(asked.person.id, asked.typed("label"), scopes, until)
    except BadInput as error:
        return await _account(asked, key_fault=asked.reader.gettext(str(error)), status=422)
    return await _account(asked, issued=issued, status=201)


async def revoke_key(asked: Asked) -> Response:
    """Revoke one of one's own keys."""
    await asked.house.keys.revoke(asked.person.id, asked.part_id("api_key", "key_id"))
    return asked.go("account")
