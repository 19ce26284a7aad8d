"""Setting a picture of oneself, by the page and over the API; looking at one; and what is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from concierge.demo import portraits as drawings
from concierge.domain import limits
from concierge.domain.access import Act
from tests.server.front import Browser, Front, text_of

PICTURE = drawings.drawn(drawings.ANNA)
OTHER = drawings.drawn(drawings.BEN)
FACE = re.compile(r'<img src="(/portraits/[\w-]{32,64})" alt="">')


async def upload(browser: Browser, data: bytes, **changes: str) -> httpx2.Response:
    """Send the form of the account page, as a browser does."""
    csrf = changes.get("csrf", await browser.csrf("/account"))
    files = {"picture": (changes.get("name", "me.png"), data, changes.get("kind", "image/png"))}
    return await browser.http.post("/account/picture", data={"csrf": csrf}, files=files)


async def csrf_header(browser: Browser) -> dict[str, str]:
    return {"X-CSRF": await browser.csrf("/account")}


async def leaves(front: Front) -> list[str]:
    return [leaf.kind for _, leaf in await front.desk.tools.audit.tail(5)]


async def test_a_picture_is_set_seen_and_removed_on_the_page(front: Front) -> None:
    anna = await front.signed_in()
    assert FACE.search((await anna.get("/account")).text) is None
    assert (await upload(anna, PICTURE)).headers["location"] == "/account"
    page = await anna.get("/account")
    path = FACE.findall(page.text)[0]
    seen = await front.browser().get(path)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/webp")
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert seen.headers["cache-control"].startswith("private, max-age=")
    assert seen.content[8:12] == b"WEBP"
    assert (await leaves(front))[0] == "PortraitSet"
    assert (await anna.fill("/account", "/account/picture/remove")).status_code == 303
    assert (await front.browser().get(path)).status_code == 404
    assert FACE.search((await anna.get("/account")).text) is None
    assert (await leaves(front))[0] == "PortraitRemoved"


async def test_the_same_over_the_api(front: Front) -> None:
    anna = await front.signed_in()
    headers = await csrf_header(anna)
    address = "/api/v1/account/picture"
    kept = await anna.http.put(address, content=PICTURE, headers={**headers, "Content-Type": "image/png"})
    assert kept.status_code == 200, kept.text
    path = kept.json()["path"]
    assert (await front.browser().get(path)).status_code == 200
    hosts = (await anna.get("/api/v1/hosts")).json()
    assert {one["name"]: f"/portraits/{one['portrait']}" for one in hosts}["Anna Berger"] == path
    assert (await anna.http.delete(address, headers=headers)).json() == {"path": ""}
    assert (await anna.http.delete(address, headers=headers)).status_code == 200
    assert (await front.browser().get(path)).status_code == 404


@pytest.mark.parametrize(
    ("data", "status", "code", "words"),
    [
        (b"GIF89a not for us", 422, "not_a_picture", "not a picture we can read"),
        (b"", 422, "no_picture", "Choose a picture first"),
        (b"\x89PNG" + bytes(limits.PORTRAIT_UPLOAD_MAX_BYTES), 413, "picture_too_large", "too large"),
    ],
    ids=["not a picture", "nothing", "too large"],
)
async def test_what_is_wrong_is_said_plainly_and_nothing_changes(
    front: Front, data: bytes, status: int, code: str, words: str
) -> None:
    anna = await front.signed_in()
    await upload(anna, PICTURE)
    before = FACE.findall((await anna.get("/account")).text)[0]
    answer = await upload(anna, data)
    page = await anna.get(answer.headers["location"])
    assert words in text_of(page)
    assert FACE.findall(page.text)[0] == before
    headers = {**await csrf_header(anna), "Content-Type": "image/png"}
    said = await anna.http.put("/api/v1/account/picture", content=data or b" ", headers=headers)
    if data:
        assert (said.status_code, said.json()["code"]) == (status, code)


async def test_a_fault_that_is_not_ours_says_nothing(front: Front) -> None:
    anna = await front.signed_in()
    page = await anna.get("/account?picture=<script>alert(1)</script>")
    assert "alert(1)" not in page.text


async def test_far_too_much_is_cut_off_unread(front: Front) -> None:
    anna = await front.signed_in()
    answer = await upload(anna, bytes(limits.PORTRAIT_BODY_MAX_BYTES + 1))
    assert answer.status_code == 413
    elsewhere = await anna.http.post("/account/theme", content=bytes(limits.BODY_MAX_BYTES + 1))
    assert elsewhere.status_code == 413


async def test_only_a_browser_that_is_signed_in_with_its_own_field_sends_a_picture(front: Front) -> None:
    anna = await front.signed_in()
    assert (await upload(anna, PICTURE, csrf="wrong")).status_code == 403
    stranger = front.browser()
    answer = await stranger.http.post("/account/picture", files={"picture": ("me.png", PICTURE, "image/png")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    plain = await anna.http.post("/account/picture", data={"csrf": await anna.csrf("/account")})
    assert plain.status_code == 400, "a form without a file is another form"
    key = await front.key(front.desk.anna, Act.VIEW_DESK)
    program = await front.browser().http.put("/api/v1/account/picture", content=PICTURE, headers=key)
    assert program.status_code == 403
    assert "PortraitSet" not in await leaves(front)
    for page in ("/", "/sign-in"):
        form = await anna.http.post("/sign-in", files={"picture": ("me.png", PICTURE, "image/png")})
        assert form.status_code == 400, page


async def test_faces_cannot_be_listed_or_guessed(front: Front) -> None:
    await upload(await front.signed_in(), PICTURE)
    stranger = front.browser()
    for path in ("/portraits", "/portraits/", f"/portraits/{front.desk.anna.id}", f"/portraits/{'x' * 500}"):
        assert (await stranger.get(path)).status_code == 404


async def test_the_customer_the_vendor_and_the_receipt_see_who_helps(front: Front) -> None:
    anna = await front.signed_in()
    await upload(anna, PICTURE)
    path = FACE.findall((await anna.get("/account")).text)[0]
    invite = await front.invite()
    assert path in (await front.browser().get(invite.link.removeprefix(front.settings.public_url))).text
    live = await front.desk.open()
    assert live.backdrop.code is not None
    customer = front.browser()
    link = live.backdrop.code.link.rpartition("/join/")[2]
    assert path in (await customer.get(f"/join/{link}")).text
    entered = await customer.fill(f"/join/{link}", f"/join/{link}")
    assert path in (await customer.get(entered.headers["location"])).text


async def test_a_strangers_picture_is_not_read(front: Front) -> None:
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield bytes(65_536)

    answer = await front.browser().http.put("/api/v1/account/picture", content=endless())
    assert answer.status_code == 401
    assert asked <= 1


async def test_the_api_says_what_it_takes(front: Front) -> None:
    document = (await front.browser().get("/api/openapi.json")).json()
    taken = document["paths"]["/api/v1/account/picture"]["put"]["requestBody"]["content"]
    assert list(taken) == ["image/*"]
