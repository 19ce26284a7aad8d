"""Drives the demonstration and takes the screenshot of every page: `python -m tests.e2e.screenshots docs/screenshots`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tests.e2e.house import House, any_port
from tests.e2e.people import DEAF_MS, RECORDED, SEEN, TALK, Customer, Host, Vendor, auditor_arrives, last, say
from tests.e2e.shutter import Shutter
from tests.peers.chromium import Browsers, share_surface
from tests.peers.display import screen

SHARED = Path(__file__).parent / "label_studio.html"
STUDIO = "Label Studio"
MATEO = "Mateo Villar"
WAIT_MS = 30_000
PICTURE = "() => document.querySelector('[data-ref=video]').videoWidth > 0 && document.querySelector('[data-ref=picture-note]').hidden"
NOTE = (
    "Driver rolled back to 7.3.9 on WARD4-LBL-02. Test label is dark again. 7.4.1 is held back for all wards."
)
TALKED = (
    ("grace", "The printer says done, and the labels are white."),
    ("anna", "Thank you, I see the queue. Driver 7.4.1 again. I am asking the maker in."),
    ("mateo", "7.4.1 resets darkness to 0 on this model. Please go back to 7.3.9."),
)


@dataclass
class Stage:
    """Everybody and everything a scene needs."""

    shutter: Shutter
    browsers: Browsers
    house: House


async def everything(folder: Path, place: Path, display: str) -> None:
    """Take all of them, one scene after the other."""
    expect.set_options(timeout=WAIT_MS)
    house = House(place / "var", any_port(), place / "server.log")
    await house.start()
    async with async_playwright() as playwright:
        browsers = Browsers(playwright, place, lambda: display)
        stage = Stage(Shutter(folder), browsers, house)
        try:
            await strangers(stage)
            anna = await at_the_desk(stage)
            grace = await customer_joins(stage, anna)
            mateo = await vendor_comes(stage, anna, grace)
            await everybody_works(stage, anna, grace, mateo)
            await dialogs(stage, anna)
            await the_end(stage, anna, grace, mateo)
            await the_auditor(stage)
            await the_supervisor(stage)
        finally:
            await browsers.close()
            await house.end()
    stage.shutter.write_list()


async def strangers(stage: Stage) -> None:
    """Pages anybody may open."""
    page = (await stage.browsers.headless()).pages[0]
    take, house = stage.shutter.take, stage.house
    await page.goto(house.base)
    await take(page, "portal", "where a customer types the code")
    await page.locator("input[name=code]").fill("123456789")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.locator("#code-fault")).to_be_visible()
    await take(page, "portal-wrong-code", "a code that does not work")
    await page.goto(house.link("customer", "join_url"))
    await take(page, "join-link", "where a session's link lands: opening it changes nothing")
    await page.goto(f"{house.base}/sign-in")
    await take(page, "sign-in", "staff sign-in")
    await page.goto(house.link("sign_in", "host"))
    await take(page, "sign-in-link", "a sign-in link: opening it changes nothing")
    await page.goto(f"{house.base}/nothing-here")
    await take(page, "error", "an address that does not exist")
    await page.goto(f"{house.base}/api/docs")
    await take(page, "api", "the API's own pages")
    await page.goto(house.link("vendor", "invite_url"))
    await take(page, "vendor-invitation", "where an invite link lands: what it is about, and the PIN")


async def at_the_desk(stage: Stage) -> Host:
    """The host's pages before the session."""
    anna = await Host.arrives(stage.browsers, stage.house.link("sign_in", "host"))
    page, base, take = anna.page, stage.house.base, stage.shutter.take
    await take(page, "desk", "the queue and the live sessions", dark=True)
    await page.keyboard.press("n")
    await page.locator("#help-title").fill("Scanner on reception feeds two pages at once")
    await page.locator("#help-customer").fill("Joao Almeida")
    await take(page, "help-now", "ticket, session and code in three actions from the keyboard")
    for path, name, words in (
        (
            f"/tickets/{stage.house.link('ticket_id')}",
            "ticket",
            "a ticket with its thread and its earlier recordings",
        ),
        ("/search?q=driver", "search", "words found in tickets, chat and notes"),
        ("/invites", "invites", 'every invite with its state, its uses and "revoke now"'),
        ("/invites/new", "invite-new", "a new invite"),
        ("/account", "account", "one's own picture, sign-ins, second factor and API keys"),
    ):
        await page.goto(base + path)
        await take(page, name, words)
    await anna.opens(stage.house, stage.house.link("session_id"))
    await expect(page.locator("[data-panel=pairing]")).to_be_visible()
    await take(page, "console-code", "the console, waiting: code, link and QR code")
    return anna


async def customer_joins(stage: Stage, anna: Host) -> Customer:
    """From the code to the shared screen."""
    context = await stage.browsers.headful(flags=share_surface(STUDIO))
    shown = context.pages[0]
    await shown.set_content(SHARED.read_text(encoding="utf-8"))
    async with (
        context.expect_page() as opening
    ):  # a window of its own: it changes its size, the shared one does not
        await shown.evaluate("() => void open('about:blank', '_blank', 'popup,width=1290,height=900')")
    grace = Customer(await opening.value, shown)
    take = stage.shutter.take
    await grace.joins_by_code(stage.house, await anna.reads_the_code())
    digits = await grace.reads_the_digits()
    await take(grace.page, "join-who", "who helps, about what, what is recorded; the digits to read aloud")
    await expect(anna.page.locator("[data-panel=matching]")).to_be_visible()
    await take(anna.page, "console-match", "the host types the digits heard")
    await anna.types_the_digits(digits)
    await last(grace.page, DEAF_MS)
    await take(grace.page, "join-consent", "the customer is asked about the recording", dark=True)
    await take(anna.page, "console-asking", "the host waits for the customer's answer")
    await grace.answers(yes=True, heading=RECORDED)
    await expect(anna.page.locator("[data-panel=ready]")).to_be_visible()
    await take(anna.page, "console-ready", "matched and recorded: ask for what is needed")
    await anna.asks_for("view_screen")
    await expect(grace.page.get_by_role("heading", name=SEEN)).to_be_visible()
    await last(grace.page, DEAF_MS)
    await take(grace.page, "join-ask-screen", "the customer is asked about the screen")
    await grace.answers(yes=True, heading=SEEN)
    await take(grace.page, "join-share", "choose what to share")
    await grace.shares()
    await anna.page.wait_for_function(PICTURE)
    return grace


async def vendor_comes(stage: Stage, anna: Host, grace: Customer) -> Vendor:
    """Invitation, PIN, lobby, admitted."""
    mateo = await Vendor.opens(stage.browsers, stage.house.link("vendor", "invite_url"))
    await mateo.redeems(MATEO, stage.house.link("vendor", "pin"))
    await stage.shutter.take(mateo.page, "vendor-lobby", "the vendor waits to be let in")
    lobby = anna.page.locator("[data-list=lobby]")
    await expect(lobby.get_by_text(MATEO)).to_be_visible()
    await stage.shutter.take(anna.page, "console-lobby", "somebody from outside waits in the lobby")
    await lobby.locator("[data-act=admit]").click()
    await expect(grace.page.locator("[data-panel=vendor]")).to_be_visible()
    await expect(grace.page.get_by_role("heading", name=SEEN)).to_be_visible()
    await last(grace.page, DEAF_MS)
    await stage.shutter.take(
        grace.page, "join-ask-vendor", "the customer is told who was let in, and asked for each thing"
    )
    await grace.answers(yes=True, heading=SEEN)
    await grace.answers(yes=False, heading=TALK)
    await mateo.page.wait_for_function(PICTURE)
    return mateo


async def everybody_works(stage: Stage, anna: Host, grace: Customer, mateo: Vendor) -> None:
    """The picture, with chat and marks."""
    pages: dict[str, Page] = {"anna": anna.page, "grace": grace.page, "mateo": mateo.page}
    for who, text in TALKED:
        await say(pages[who], text)
        for page in pages.values():
            await expect(page.locator("[data-list=chat]").get_by_text(text)).to_be_visible()
    await grace.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    take = stage.shutter.take
    for page, name, words, dark in (
        (anna.page, "console", "the console during a session: picture, people and their grants, chat", True),
        (grace.page, "join-sharing", "what the customer sees while sharing", True),
        (mateo.page, "vendor-session", "exactly what is granted to the vendor, and the time left", False),
    ):
        await draws_a_box(anna.page)
        await expect(page.locator("[data-ref=marks] > *").first).to_be_attached()
        await take(page, name, words, dark=dark)
    await grace.page.locator("[data-act=hide]").click()
    await expect(anna.page.locator("[data-panel=hidden]")).to_be_visible()
    await take(grace.page, "join-hidden", "the customer has hidden the screen")
    await take(anna.page, "console-hidden", "the same at the host: a signed gap")
    await grace.page.locator("[data-act=show]").click()
    await expect(anna.page.locator("[data-panel=picture]")).to_be_visible()
    await anna.page.wait_for_function(PICTURE)
    await anna.page.locator("[data-act=pause]").click()
    await expect(grace.page.locator("[data-panel=paused]")).to_be_visible()
    await take(anna.page, "console-paused", "paused: the last picture stays behind the notice")
    await take(grace.page, "join-paused", "the same at the customer")
    await anna.page.locator("[data-act=resume]:visible").first.click()
    await expect(grace.page.locator("[data-panel=paused]")).to_be_hidden()
    await anna.page.wait_for_function(PICTURE)


async def draws_a_box(page: Page) -> None:
    """Draw a box around the driver's version."""
    tool = page.locator("[data-act=mark-tool][data-tool=box]")
    if await tool.get_attribute("aria-pressed") != "true":
        await tool.click()
    box = await page.locator("[data-ref=video]").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] * 0.985, box["y"] + box["height"] * 0.525)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.745, box["y"] + box["height"] * 0.432, steps=5)
    await page.mouse.up()
    await tool.click()


async def dialogs(stage: Stage, anna: Host) -> None:
    """What the host opens over the picture."""
    for act, name, words in (
        ("open-invite", "console-invite", "invite a vendor from within the session"),
        ("open-handover", "console-hand-over", "hand over to a host who is present and briefed first"),
        ("open-end", "console-end", "end with an outcome and a note for the ticket"),
    ):
        await anna.page.locator(f"[data-act={act}]").click()
        await stage.shutter.take(anna.page, name, words)
        await anna.page.keyboard.press("Escape")


async def the_end(stage: Stage, anna: Host, grace: Customer, mateo: Vendor) -> None:
    """Ended, on every side."""
    await anna.ends(NOTE)
    await expect(mateo.page.locator("[data-panel=out]")).to_be_visible()
    await stage.shutter.take(anna.page, "console-ended", "the session has ended, at the host")
    await stage.shutter.take(mateo.page, "vendor-out", "the same at the vendor")
    await stage.shutter.take(grace.page, "join-ended", "the same at the customer")
    await grace.page.get_by_role("link", name="See your receipt").click()
    await stage.shutter.take(grace.page, "receipt", "the customer's receipt")


async def the_auditor(stage: Stage) -> None:
    """Recordings and a replay."""
    page = await auditor_arrives(stage.browsers, stage.house.link("sign_in", "auditor"))
    await stage.shutter.take(page, "recordings", "find recordings by ticket, person, company, date and words")
    await page.locator("main a[href*='/recordings/rec_']").first.click()
    await expect(page.locator("[data-ref=verdict]")).to_have_attribute("data-verdict", "ok")
    await page.locator("[data-list=events]").get_by_text(TALKED[-1][1]).click()
    await page.wait_for_function("() => document.querySelector('canvas[data-ref=canvas]').width > 600")
    await page.get_by_role("button", name="Check the whole recording").click()
    await expect(page.locator("[data-ref=own]")).to_have_attribute("data-own", "ok")
    await stage.shutter.take(
        page,
        "replay",
        "the replay, with the browser's own verdict on what it plays and on the whole",
        dark=True,
    )


async def the_supervisor(stage: Stage) -> None:
    """The people of the desk."""
    page = (await stage.browsers.headless()).pages[0]
    await page.goto(stage.house.link("sign_in", "supervisor"))
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/desk*")
    await page.goto(f"{stage.house.base}/people")
    await page.locator("summary", has_text="Disable").first.click()
    await stage.shutter.take(
        page, "people", "who of the desk may sign in; disabling somebody asks once more", dark=True
    )


def main(arguments: list[str]) -> int:
    """Take them all into the folder named."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as place, screen() as display:
        asyncio.run(everything(folder, Path(place), display))
    pictures = list(folder.glob("*.png"))
    print(
        f"{len(pictures)} screenshots, {sum(path.stat().st_size for path in pictures) / 1e6:.1f} MB, in {folder}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
