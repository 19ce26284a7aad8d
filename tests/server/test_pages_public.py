from __future__ import annotations

import pytest

from concierge.domain import limits
from tests.server.front import Front, text_of


async def test_the_portal_asks_for_the_code(front: Front) -> None:
    page = await front.browser().get("/")
    assert page.status_code == 200
    assert 'action="/join"' in page.text
    assert "only over https" not in page.text


@pytest.mark.parametrize("spelling", ["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", " {0}\u00a0{1}\u00a0{2} "])
async def test_a_code_however_it_is_spelt_leads_to_the_session(front: Front, spelling: str) -> None:
    live = await front.desk.open()
    assert live.backdrop.code is not None
    digits = live.backdrop.code.digits
    customer = front.browser()
    answer = await customer.fill("/", "/join", code=spelling.format(digits[:3], digits[3:6], digits[6:]))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/session/{live.decided.id}")
    assert "Anna Berger" in (await customer.get(answer.headers["location"])).text


@pytest.mark.parametrize(
    "code", ["", "12345678", "1234567890", "12345678x", "١٢٣٤٥٦٧٨٩", "<script>", "0" * 5000]
)
async def test_what_is_no_code_is_said_so(front: Front, code: str) -> None:
    answer = await front.browser().fill("/", "/join", code=code)
    assert answer.status_code == 422
    assert "A code has nine digits" in text_of(answer)


async def test_a_wrong_an_old_and_a_used_code_get_the_same_answer(front: Front) -> None:
    live = await front.desk.open()
    assert live.backdrop.code is not None
    digits = live.backdrop.code.digits
    wrong = f"{(int(digits) + 1) % 10**9:09d}"
    assert (await front.browser().fill("/", "/join", code=digits)).status_code == 303
    answers = [await front.browser().fill("/", "/join", code=code) for code in (wrong, digits)]
    front.desk.clock.now_ms += limits.CODE_LIFE_MS
    answers.append(await front.browser().fill("/", "/join", code=digits))
    assert {answer.status_code for answer in answers} == {404}
    assert all("This code does not work" in text_of(answer) for answer in answers)


async def test_guessing_codes_is_slowed_down(front: Front) -> None:
    guesser = front.browser()
    field = await guesser.csrf("/")
    tries = [
        await guesser.http.post("/join", data={"csrf": field, "code": f"{number:09d}"})
        for number in range(limits.CODE_TRIES_PER_ADDRESS_PER_MINUTE + 5)
    ]
    assert [answer.status_code for answer in tries].count(404) == limits.CODE_TRIES_PER_ADDRESS_PER_MINUTE
    assert tries[-1].status_code == 429
    assert tries[-1].headers["retry-after"] == "60"
    assert "Too many tries from here" in text_of(tries[-1])
    live = await front.desk.open()
    assert live.backdrop.code is not None
    elsewhere = front.browser(address="203.0.113.9")
    assert (await elsewhere.fill("/", "/join", code=live.backdrop.code.digits)).status_code == 303


async def test_opening_the_link_changes_nothing_however_often(front: Front) -> None:
    live = await front.desk.open()
    assert live.backdrop.code is not None
    path = live.backdrop.code.link.removeprefix(front.settings.public_url)
    scanner = front.browser()
    for _ in range(20):
        assert (await scanner.http.head(path)).status_code == 200
        assert (await scanner.get(path)).status_code == 200
        assert (await scanner.get(path, purpose="prefetch", **{"sec-purpose": "prefetch"})).status_code == 200
        assert (
            await scanner.get(path, **{"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
        ).status_code == 200
    assert live.decided.customer is None
    customer = front.browser()
    answer = await customer.fill(path, path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/session/{live.decided.id}")
    again = front.browser()
    assert (await again.get(path)).status_code == 410
    assert "does not open a session" in text_of(await again.get(path))


async def test_a_link_that_never_was_looks_like_one_that_was_used(front: Front) -> None:
    answer = await front.browser().get("/join/" + "x" * 43)
    assert answer.status_code == 410
    stranger = front.browser()
    field = await stranger.csrf("/")
    assert (await stranger.http.post("/join/" + "x" * 43, data={"csrf": field})).status_code == 410
    assert (await stranger.get("/join")).headers["location"] == "/"
