"""Signing in and staying signed in: passwords, one-time codes, sign-in links, lock-outs, revocable sign-ins.

Rules: a try is counted before it is made, so that tries side by side cannot outrun the lock. Names that exist and names
that do not get the same answer for the same work. A sign-in gets a new secret each time; only its hash is kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from concierge.domain import limits
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import PersonId
from concierge.domain.person import Person, PersonState
from concierge.domain.refusals import N_
from concierge.services.account_port import (
    AccountStore,
    Credentials,
    OneTimeCodes,
    Passwords,
    SignIn,
    SignInLink,
)
from concierge.services.digests import derived, digest_of, same
from concierge.services.ports import AuditLeaf, Clock, Mint


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new sign-in. `secret` is the cookie's value; it is shown this once."""

    person: Person
    sign_in: SignIn
    secret: str


@dataclass(frozen=True, slots=True)
class TotpOffer:
    """What a person scans to set one-time codes up: an otpauth:// address, shown this once."""

    uri: str


class Accounts:
    """The use cases of signing in. Refusals are Refused with the codes named in each docstring."""

    def __init__(
        self, store: AccountStore, passwords: Passwords, codes: OneTimeCodes, clock: Clock, mint: Mint
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._codes = codes
        self._clock = clock
        self._mint = mint

    # --- in ---

    async def sign_in(
        self, name: str, password: str, totp: str, address: str, *, replaces: str = ""
    ) -> SignedIn:
        """Sign a person in. `totp` is "" when none was typed; `replaces` is the secret the browser had before.

        Raises Refused: sign_in_failed (name, password or code is wrong, or the person is disabled; nobody learns which),
        sign_in_locked (SIGN_IN_TRIES failures; for SIGN_IN_LOCK_MS), totp_needed (the password is right and nothing was
        typed for the code this person has; the try stays counted).
        """
        now = self._clock.now()
        counted = await self._store.count_try(name, now)
        if counted is None:
            raise Refused("sign_in_locked", "too many failed tries for this name")
        known = await self._store.credentials(name)
        try:
            step, better = await self._check(known, password, totp.strip())
        except Refused:
            await self._failed(name, known, address, counted, now)
            raise
        if known is None or step is None:
            raise await self._failed(name, known, address, counted, now)
        person = known.person
        secret, sign_in = self._new(person.id, address, now)
        opened = await self._store.open_sign_in(
            sign_in,
            digest_of(secret),
            _leaf(now, "SignedIn", person.id, sign_in.id, address=address),
            totp_step=step or None,
            password_hash=better,
            replaced_hash=digest_of(replaces) if replaces else None,
        )
        if not opened:
            raise await self._failed(name, known, address, counted, now)
        return SignedIn(person, sign_in, secret)

    async def _check(
        self, known: Credentials | None, password: str, totp: str
    ) -> tuple[int | None, str | None]:
        """Return (TOTP step used, 0 without TOTP, None for a failure; better password hash to keep)."""
        usable = known is not None and len(password) <= limits.PASSWORD_MAX_CHARS
        kept = known.password_hash if known is not None and usable else None
        fits, better = await self._passwords.verify(password[: limits.PASSWORD_MAX_CHARS], kept)
        if not fits or known is None or known.person.state is PersonState.DISABLED:
            return None, None
        if known.totp_sealed is None:
            return 0, better
        if not totp:
            raise Refused("totp_needed", "the password is right; the one-time code is still missing")
        # An authenticator goes by the time of day, not by our steady clock.
        return self._codes.verify(known.totp_sealed, totp, self._clock.wall(), known.totp_step), better

    async def _failed(
        self, name: str, known: Credentials | None, address: str, counted: int, now: int
    ) -> Refused:
        # A name nobody has may be a password typed into the wrong field: the log gets its hash.
        subject = known.person.id if known is not None else f"unknown:{digest_of(name).hex()[:16]}"
        leaves = [_leaf(now, "SignInFailed", "", subject, address=address, tries=counted)]
        if counted >= limits.SIGN_IN_TRIES:
            leaves.append(_leaf(now, "SignInLocked", "", subject, for_ms=limits.SIGN_IN_LOCK_MS))
        await self._store.note(leaves)
        return Refused("sign_in_failed", "name, password or one-time code is wrong")

    async def look_at_link(self, secret: str) -> Person | None:
        """Return whom a sign-in link signs in, or None when it is not good; changes nothing."""
        return await self._store.look_at_link(digest_of(secret), self._clock.now())

    async def sign_in_by_link(self, secret: str, address: str) -> SignedIn:
        """Sign in by a link's secret; to be called for a POST only. Raises Refused: link_not_good."""
        now = self._clock.now()
        own, sign_in = self._new(PersonId(""), address, now)
        leaf = _leaf(now, "SignedInByLink", "", sign_in.id, address=address)
        person = await self._store.use_link(digest_of(secret), sign_in, digest_of(own), leaf)
        if person is None:
            raise Refused("link_not_good", "unknown, expired or used sign-in link")
        opened = SignIn(sign_in.id, person.id, sign_in.created_ms, sign_in.seen_ms, sign_in.until_ms, address)
        return SignedIn(person, opened, own)

    def _new(self, person: PersonId, address: str, now: int) -> tuple[str, SignIn]:
        until = now + limits.SIGN_IN_ABSOLUTE_MS
        return self._mint.secret(), SignIn(self._mint.id("sign_in"), person, now, now, until, address)

    # --- being in ---

    async def recall(self, secret: str) -> tuple[SignIn, Person] | None:
        """Return who a browser is signed in as; None when it is not (any more)."""
        return await self._store.find_sign_in(digest_of(secret), self._clock.now())

    @staticmethod
    def csrf_of(secret: str) -> str:
        """Return the secret that forms of this sign-in carry: derived from the cookie's, so that nothing is kept."""
        return derived(secret, "csrf")

    @staticmethod
    def csrf_fits(secret: str, given: str) -> bool:
        """Whether a form carried the secret of this sign-in."""
        return same(derived(secret, "csrf"), given)

    async def sign_ins(self, person: PersonId) -> list[SignIn]:
        """Return a person's own sign-ins, last seen first."""
        return await self._store.sign_ins(person, self._clock.now())

    async def has_totp(self, person: PersonId) -> bool:
        """Return whether one-time codes are in force for a person."""
        known = await self._store.credentials_of(person)
        return known is not None and known.totp_sealed is not None

    # --- out ---

    async def sign_out(self, sign_in: SignIn) -> None:
        """End this sign-in."""
        leaf = _leaf(self._clock.now(), "SignedOut", sign_in.person, sign_in.id)
        await self._store.end_sign_ins(sign_in.person, leaf, only=sign_in.id)

    async def revoke_sign_in(self, person: PersonId, sign_in: str) -> None:
        """End one of a person's own sign-ins. Raises Refused: no_such_sign_in."""
        leaf = _leaf(self._clock.now(), "SignInRevoked", person, sign_in)
        if not await self._store.end_sign_ins(person, leaf, only=sign_in):
            raise Refused("no_such_sign_in", f"{person} has no sign-in {sign_in}")

    async def revoke_others(self, sign_in: SignIn) -> int:
        """End all of a person's sign-ins but this one; return how many."""
        leaf = _leaf(self._clock.now(), "OtherSignInsRevoked", sign_in.person, sign_in.id)
        return await self._store.end_sign_ins(sign_in.person, leaf, keep=sign_in.id)

    # --- links ---

    async def make_link(
        self,
        person: PersonId,
        by: str,
        *,
        uses: int | None = 1,
        life_ms: int = limits.SIGN_IN_LINK_LIFE_MS,
    ) -> tuple[SignInLink, str]:
        """Return a new sign-in link and its secret, shown this once. `uses` None: any number (the demonstration)."""
        now, secret = self._clock.now(), self._mint.secret()
        link = SignInLink(self._mint.id("link"), person, now, now + life_ms, uses)
        leaf = _leaf(now, "SignInLinkMade", by, person, link=link.id, uses=uses, until_ms=link.until_ms)
        await self._store.add_link(link, digest_of(secret), leaf)
        return link, secret

    # --- passwords and one-time codes ---

    async def new_password_hash(self, password: str) -> str:
        """Return a hash to keep for a new person. Raises BadInput for a password that is too short or long."""
        check_new_password(password)
        return await self._passwords.hash(password)

    async def set_password(self, person: PersonId, password: str, by: str) -> None:
        """Set a password from the command line; every sign-in and link of the person ends. Raises BadInput."""
        kept = await self.new_password_hash(password)
        leaf = _leaf(self._clock.now(), "PasswordSet", by, person)
        await self._store.set_password(person, kept, leaf)

    async def change_password(self, sign_in: SignIn, old: str, new: str, address: str) -> None:
        """Change one's own password; every other sign-in ends. Raises BadInput, Refused: as confirm."""
        check_new_password(new)
        await self._confirm(sign_in.person, old, address)
        kept = await self._passwords.hash(new)
        leaf = _leaf(self._clock.now(), "PasswordChanged", sign_in.person, sign_in.person)
        await self._store.set_password(sign_in.person, kept, leaf, keep=sign_in.id)

    async def offer_totp(self, sign_in: SignIn, password: str, address: str) -> TotpOffer:
        """Begin to set one-time codes up. Raises Refused: password_wrong, sign_in_locked."""
        known = await self._confirm(sign_in.person, password, address)
        sealed, uri = self._codes.offer(known.person.sign_in_name)
        leaf = _leaf(self._clock.now(), "TotpOffered", sign_in.person, sign_in.person)
        await self._store.offer_totp(sign_in.person, sealed, leaf)
        return TotpOffer(uri)

    async def confirm_totp(self, sign_in: SignIn, code: str) -> None:
        """Put the offered codes in force by typing one; every other sign-in ends. Raises Refused: totp_wrong."""
        now = self._clock.now()
        known = await self._store.credentials_of(sign_in.person)
        offered = None if known is None else known.totp_offered
        step = None if offered is None else self._codes.verify(offered, code, self._clock.wall(), 0)
        if offered is None or step is None:
            raise Refused("totp_wrong", "no offer, or another code")
        leaf = _leaf(now, "TotpSet", sign_in.person, sign_in.person)
        await self._store.set_totp(sign_in.person, offered, step, leaf, keep=sign_in.id)

    async def drop_totp(self, sign_in: SignIn, password: str, address: str) -> None:
        """Do without one-time codes again. Raises Refused: password_wrong, sign_in_locked."""
        await self._confirm(sign_in.person, password, address)
        leaf = _leaf(self._clock.now(), "TotpDropped", sign_in.person, sign_in.person)
        await self._store.set_totp(sign_in.person, None, 0, leaf, keep=sign_in.id)

    async def _confirm(self, person: PersonId, password: str, address: str) -> Credentials:
        """Check the password of somebody who is signed in already; failures count like those of signing in."""
        now = self._clock.now()
        known = await self._store.credentials_of(person)
        name = "" if known is None else known.person.sign_in_name
        counted = await self._store.count_try(name, now)
        if counted is None:
            raise Refused("sign_in_locked", "too many failed tries for this name")
        kept = None if known is None else known.password_hash
        fits, _ = await self._passwords.verify(password[: limits.PASSWORD_MAX_CHARS + 1], kept)
        if not fits or known is None:
            await self._failed(name, known, address, counted, now)
            raise Refused("password_wrong", "the password is not the person's")
        return known

    # --- people ---

    async def set_state(self, person: PersonId, state: PersonState, by: str) -> bool:
        """Enable or disable a person; disabling ends every sign-in, link and key at once. True when that changed it."""
        now = self._clock.now()
        kind = "PersonDisabled" if state is PersonState.DISABLED else "PersonEnabled"
        return await self._store.set_state(person, state, now, _leaf(now, kind, by, person))


def check_new_password(password: str) -> None:
    """Raise BadInput for a password that nobody should choose."""
    if not limits.PASSWORD_MIN_CHARS <= len(password) <= limits.PASSWORD_MAX_CHARS:
        raise BadInput(N_("A password has at least 12 and at most 256 characters."))


def _leaf(at_ms: int, kind: str, actor: str, subject: str, **detail: str | int | None) -> AuditLeaf:
    return AuditLeaf(at_ms, kind, actor, subject, json.dumps(detail, sort_keys=True))
