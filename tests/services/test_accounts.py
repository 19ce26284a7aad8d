from __future__ import annotations

import asyncio
import json

import pytest

from concierge.adapters.db.repositories import Database
from concierge.domain import limits
from concierge.domain.access import Act
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import PersonId
from concierge.domain.person import PersonState
from concierge.services.accounts import Accounts, SignedIn
from tests.adapters.db.samples import NASTY
from tests.services.front_desk import ADDRESS, ALEX, PASSWORD, START, FrontDesk, authenticator

NEW = "another battery horse"


@pytest.fixture
async def desk(database: Database) -> FrontDesk:
    return await FrontDesk(database).open()


async def refusal(desk: FrontDesk, name: str = "alex", password: str = "wrong", totp: str = "") -> str:
    with pytest.raises(Refused) as refused:
        await desk.sign_in(name, password, totp)
    return refused.value.code


async def with_totp(desk: FrontDesk) -> tuple[SignedIn, str]:
    """Set one-time codes up; return the sign-in and the address that was scanned."""
    signed_in = await desk.sign_in()
    offer = await desk.accounts.offer_totp(signed_in.sign_in, PASSWORD, ADDRESS)
    code = authenticator(offer.uri).at(START // 1000)
    await desk.accounts.confirm_totp(signed_in.sign_in, code)
    return signed_in, offer.uri


# --- in and out ---


@pytest.mark.parametrize("name", ["Alex", "alex", " ALEX "])
async def test_a_person_signs_in_and_is_recalled_by_the_secret(desk: FrontDesk, name: str) -> None:
    signed_in = await desk.sign_in(name)
    assert signed_in.person == ALEX
    assert await desk.accounts.recall(signed_in.secret) == (signed_in.sign_in, ALEX)
    assert await desk.accounts.recall(signed_in.secret[:-1]) is None
    assert await desk.accounts.recall("") is None
    assert await desk.kinds() == ["SignedIn"]


async def test_each_sign_in_has_a_new_secret_and_replaces_the_browsers_old_one(desk: FrontDesk) -> None:
    old = await desk.sign_in()
    new = await desk.accounts.sign_in("alex", PASSWORD, "", ADDRESS, replaces=old.secret)
    assert new.secret != old.secret
    assert await desk.accounts.recall(old.secret) is None
    assert await desk.accounts.recall(new.secret) is not None


async def test_signing_out_ends_only_that_sign_in(desk: FrontDesk) -> None:
    one, other = await desk.sign_in(), await desk.sign_in()
    await desk.accounts.sign_out(one.sign_in)
    assert await desk.accounts.recall(one.secret) is None
    assert await desk.accounts.recall(other.secret) is not None
    assert (await desk.kinds())[-1] == "SignedOut"


async def test_a_sign_in_ends_when_idle_and_after_a_week_whatever_is_done(desk: FrontDesk) -> None:
    signed_in = await desk.sign_in()
    desk.clock.at_ms += limits.SIGN_IN_IDLE_MS
    assert await desk.accounts.recall(signed_in.secret) is None

    busy = await desk.sign_in()
    while desk.clock.at_ms < busy.sign_in.until_ms:
        assert await desk.accounts.recall(busy.secret) is not None
        desk.clock.at_ms += limits.SIGN_IN_IDLE_MS - 1
    assert await desk.accounts.recall(busy.secret) is None


async def test_people_see_and_revoke_their_own_sign_ins_only(desk: FrontDesk) -> None:
    one, other, third = await desk.sign_in(), await desk.sign_in(), await desk.sign_in()
    listed = await desk.accounts.sign_ins(ALEX.id)
    assert {sign_in.id for sign_in in listed} == {one.sign_in.id, other.sign_in.id, third.sign_in.id}
    with pytest.raises(Refused, match="no sign-in") as refused:
        await desk.accounts.revoke_sign_in(PersonId("per_else"), one.sign_in.id)
    assert refused.value.code == "no_such_sign_in"
    await desk.accounts.revoke_sign_in(ALEX.id, one.sign_in.id)
    assert await desk.accounts.recall(one.secret) is None
    assert await desk.accounts.revoke_others(other.sign_in) == 1
    assert await desk.accounts.sign_ins(ALEX.id) == [other.sign_in]


async def test_the_oldest_sign_ins_go_when_there_are_too_many(desk: FrontDesk) -> None:
    first = last = await desk.sign_in()
    for _ in range(limits.SIGN_INS_PER_PERSON_MAX):
        desk.clock.at_ms += 1
        last = await desk.sign_in()
    assert await desk.accounts.recall(first.secret) is None
    assert await desk.accounts.recall(last.secret) is not None
    assert len(await desk.accounts.sign_ins(ALEX.id)) == limits.SIGN_INS_PER_PERSON_MAX


def test_the_csrf_secret_belongs_to_one_sign_in() -> None:
    own = Accounts.csrf_of("secret")
    assert "secret" not in own
    assert Accounts.csrf_fits("secret", own)
    for wrong in (Accounts.csrf_of("other"), "", own[:-1], "secret", "\ud800"):
        assert not Accounts.csrf_fits("secret", wrong)


# --- failures and locks ---


async def test_every_failure_has_the_same_answer(desk: FrontDesk) -> None:
    answers = [await refusal(desk), await refusal(desk, "nobody"), await refusal(desk, "", "")]
    answers.append(await refusal(desk, password="x" * 100_000))
    await desk.accounts.set_state(ALEX.id, PersonState.DISABLED, "per_root")
    answers.append(await refusal(desk, password=PASSWORD))
    assert answers == ["sign_in_failed"] * 5


@pytest.mark.parametrize("name", ["alex", "nobody"])
async def test_a_name_is_locked_after_so_many_failures_and_comes_free_again(
    desk: FrontDesk, name: str
) -> None:
    answers = [await refusal(desk, name) for _ in range(limits.SIGN_IN_TRIES + 2)]
    assert answers == ["sign_in_failed"] * limits.SIGN_IN_TRIES + ["sign_in_locked"] * 2
    assert await desk.kinds() == ["SignInFailed"] * limits.SIGN_IN_TRIES + ["SignInLocked"]
    assert await refusal(desk, name, PASSWORD) == "sign_in_locked"
    desk.clock.at_ms += limits.SIGN_IN_LOCK_MS
    assert await refusal(desk, name) == "sign_in_failed"


async def test_guesses_side_by_side_do_not_outrun_the_lock(desk: FrontDesk) -> None:
    guesses = [desk.sign_in(password=f"guess {number}") for number in range(30)]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    codes = [outcome.code for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(codes) == 30
    assert codes.count("sign_in_failed") == limits.SIGN_IN_TRIES


async def test_a_success_forgets_the_failures(desk: FrontDesk) -> None:
    for _ in range(3):
        for _ in range(limits.SIGN_IN_TRIES - 1):
            await refusal(desk)
        await desk.sign_in()
    assert "SignInLocked" not in await desk.kinds()


async def test_the_lock_outlives_a_restart(desk: FrontDesk, migrated_url: str) -> None:
    for _ in range(limits.SIGN_IN_TRIES):
        await refusal(desk)
    again = FrontDesk(Database(migrated_url))
    assert await refusal(again, password=PASSWORD) == "sign_in_locked"
    await again.database.stop()


async def test_a_typed_name_is_not_copied_into_the_log(desk: FrontDesk) -> None:
    await refusal(desk, "my secret passphrase")
    ((_, leaf),) = await desk.database.audit.tail(1)
    assert "passphrase" not in leaf.subject + leaf.actor + leaf.detail
    assert json.loads(leaf.detail) == {"address": ADDRESS, "tries": 1}


async def test_no_text_is_too_strange_to_be_refused(desk: FrontDesk) -> None:
    for text in NASTY:
        assert await refusal(desk, f"name {text}", text, text) == "sign_in_failed"
        assert await desk.accounts.recall(text) is None
        assert await desk.accounts.look_at_link(text) is None


# --- links ---


async def test_a_link_signs_in_once_and_looking_changes_nothing(desk: FrontDesk) -> None:
    _, secret = await desk.accounts.make_link(ALEX.id, "per_root")
    for _ in range(20):
        assert await desk.accounts.look_at_link(secret) == ALEX
    tries = [desk.accounts.sign_in_by_link(secret, ADDRESS) for _ in range(10)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    (signed_in,) = [outcome for outcome in outcomes if isinstance(outcome, SignedIn)]
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Refused)} == {"link_not_good"}
    assert await desk.accounts.recall(signed_in.secret) == (signed_in.sign_in, ALEX)
    assert await desk.kinds() == ["SignInLinkMade", "SignedInByLink"]
    assert (await desk.database.audit.tail(1))[0][1].actor == ALEX.id


async def test_a_demonstration_link_works_until_it_ends(desk: FrontDesk) -> None:
    _, secret = await desk.accounts.make_link(ALEX.id, "demo", uses=None, life_ms=1_000)
    for _ in range(3):
        await desk.accounts.sign_in_by_link(secret, ADDRESS)
    desk.clock.at_ms += 1_000
    assert await desk.accounts.look_at_link(secret) is None
    with pytest.raises(Refused):
        await desk.accounts.sign_in_by_link(secret, ADDRESS)


# --- passwords and one-time codes ---


async def test_changing_the_password_ends_the_other_sign_ins(desk: FrontDesk) -> None:
    own, other = await desk.sign_in(), await desk.sign_in()
    with pytest.raises(Refused) as refused:
        await desk.accounts.change_password(own.sign_in, "wrong", NEW, ADDRESS)
    assert refused.value.code == "password_wrong"
    await desk.accounts.change_password(own.sign_in, PASSWORD, NEW, ADDRESS)
    assert await desk.accounts.recall(own.secret) is not None
    assert await desk.accounts.recall(other.secret) is None
    assert await refusal(desk, password=PASSWORD) == "sign_in_failed"
    await desk.sign_in(password=NEW)


async def test_guessing_the_password_from_inside_locks_too(desk: FrontDesk) -> None:
    own = await desk.sign_in()
    codes = []
    for _ in range(limits.SIGN_IN_TRIES + 1):
        with pytest.raises(Refused) as refused:
            await desk.accounts.change_password(own.sign_in, "wrong", NEW, ADDRESS)
        codes.append(refused.value.code)
    assert codes == ["password_wrong"] * limits.SIGN_IN_TRIES + ["sign_in_locked"]


@pytest.mark.parametrize("password", ["", "short", "x" * (limits.PASSWORD_MAX_CHARS + 1)])
async def test_passwords_nobody_should_have_are_refused(desk: FrontDesk, password: str) -> None:
    with pytest.raises(BadInput):
        await desk.accounts.set_password(ALEX.id, password, "per_root")
    await desk.sign_in()


async def test_a_password_set_from_outside_ends_everything_open(desk: FrontDesk) -> None:
    own = await desk.sign_in()
    _, link = await desk.accounts.make_link(ALEX.id, "per_root")
    await desk.accounts.set_password(ALEX.id, NEW, "per_root")
    assert await desk.accounts.recall(own.secret) is None
    assert await desk.accounts.look_at_link(link) is None
    with pytest.raises(BadInput):
        await desk.accounts.set_password(PersonId("per_nobody"), NEW, "per_root")


async def test_one_time_codes_are_asked_for_once_set_up(desk: FrontDesk) -> None:
    own, uri = await with_totp(desk)
    assert await desk.accounts.recall(own.secret) is not None
    desk.clock.at_ms += 60_000
    code = authenticator(uri).at(desk.clock.at_ms // 1000)
    assert await refusal(desk, password=PASSWORD) == "totp_needed"
    assert await refusal(desk, password=PASSWORD, totp="000000") == "sign_in_failed"
    assert await refusal(desk, totp=code) == "sign_in_failed"
    await desk.sign_in(totp=f" {code[:3]} {code[3:]} ")
    assert await refusal(desk, password=PASSWORD, totp=code) == "sign_in_failed", "a code is good once"
    failed = [kind for kind in await desk.kinds() if kind == "SignInFailed"]
    assert len(failed) == 4, "a missing code is a failure on record too"


async def test_one_code_typed_by_two_at_once_lets_one_in(desk: FrontDesk) -> None:
    _, uri = await with_totp(desk)
    desk.clock.at_ms += 60_000
    code = authenticator(uri).at(desk.clock.at_ms // 1000)
    outcomes = await asyncio.gather(*(desk.sign_in(totp=code) for _ in range(4)), return_exceptions=True)
    assert len([outcome for outcome in outcomes if isinstance(outcome, SignedIn)]) == 1


async def test_an_offer_alone_changes_nothing_and_needs_the_password(desk: FrontDesk) -> None:
    own = await desk.sign_in()
    with pytest.raises(Refused) as refused:
        await desk.accounts.offer_totp(own.sign_in, "wrong", ADDRESS)
    assert refused.value.code == "password_wrong"
    await desk.accounts.offer_totp(own.sign_in, PASSWORD, ADDRESS)
    with pytest.raises(Refused) as refused:
        await desk.accounts.confirm_totp(own.sign_in, "000000")
    assert refused.value.code == "totp_wrong"
    await desk.sign_in()


async def test_codes_can_be_done_without_again(desk: FrontDesk) -> None:
    own, _ = await with_totp(desk)
    await desk.accounts.drop_totp(own.sign_in, PASSWORD, ADDRESS)
    await desk.sign_in()
    assert (await desk.kinds())[-2:] == ["TotpDropped", "SignedIn"]


# --- people ---


async def test_disabling_a_person_kills_sign_ins_links_and_keys_for_good(desk: FrontDesk) -> None:
    own = await desk.sign_in()
    _, link = await desk.accounts.make_link(ALEX.id, "per_root")
    issued = await desk.keys.issue(ALEX.id, "script", (Act.VIEW_DESK,), START + 1_000_000)
    assert await desk.accounts.set_state(ALEX.id, PersonState.DISABLED, "per_root")
    assert not await desk.accounts.set_state(ALEX.id, PersonState.DISABLED, "per_root")

    async def alive() -> list[bool]:
        found = (
            await desk.accounts.recall(own.secret),
            await desk.accounts.look_at_link(link),
            await desk.keys.recall(issued.secret),
        )
        return [one is not None for one in found]

    assert await alive() == [False] * 3
    assert await desk.accounts.set_state(ALEX.id, PersonState.ENABLED, "per_root")
    assert await alive() == [False] * 3
    await desk.sign_in()
    assert (await desk.kinds())[-3:] == ["PersonDisabled", "PersonEnabled", "SignedIn"]
