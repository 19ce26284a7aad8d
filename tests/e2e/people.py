"""Host, customer, vendor and auditor at their browsers: what a person does, in the words of the pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.async_api import Page, expect

from tests.e2e import picture
from tests.e2e.house import House, Opened
from tests.peers.chromium import FAKE_MICROPHONE, NARROW, Browsers, share_surface

VIDEO = "[data-ref=video]"
DIGITS = re.compile(r"^\s*(\d\s*){4}$")
DEAF_MS = 750
HEAL_MS = 30_000
MICROPHONE = (*FAKE_MICROPHONE, "--use-fake-ui-for-media-stream")
RECORDED = "May this session be recorded?"
SEEN = "May your screen be seen?"
TALK = "May we talk through this page?"


@dataclass
class Host:
    """Somebody of the desk in the console."""

    page: Page

    @classmethod
    async def arrives(cls, browsers: Browsers, link: str, flags: Sequence[str] = ()) -> Host:
        context = await browsers.headless(flags=flags)
        page = context.pages[0]
        await page.goto(link)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/desk*")
        return cls(page)

    async def opens(self, house: House, session: str) -> None:
        await self.page.goto(f"{house.base}/sessions/{session}")
        await expect(self.page.locator("[data-ref=root]")).to_be_visible()

    async def opens_again(self, address: str) -> None:
        """Open the console in a new tab, after the earlier one was closed."""
        self.page = await self.page.context.new_page()
        await self.page.goto(address)

    async def reads_the_code(self) -> str:
        code = self.page.locator("[data-ref=code]")
        await expect(code).to_be_visible()
        return "".join((await code.inner_text()).split())

    async def types_the_digits(self, digits: str) -> None:
        field = self.page.locator("input[data-ref=match]")
        await expect(field).to_be_visible()
        await field.fill(digits)
        await field.press("Enter")
        await expect(self.page.locator("[data-ref=root]")).to_have_attribute("data-state", "active")

    async def asks_for(self, capability: str) -> None:
        await self.page.locator(f"[data-act=ask][data-capability={capability}]:visible").first.click()

    async def sees_the_picture_move(self) -> int:
        return await picture.wait_until_moving(self.page, VIDEO)

    async def says(self, text: str) -> None:
        await say(self.page, text)

    async def points(self) -> None:
        """Draw a point in the middle of the picture."""
        await self.page.locator("[data-act=mark-tool][data-tool=point]").click()
        box = await self.page.locator(VIDEO).bounding_box()
        assert box is not None
        await self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    async def ends(self, note: str) -> None:
        await self.page.locator("[data-act=open-end]").click()
        await self.page.locator("input[name=outcome][value=resolved]").check()
        await self.page.locator("#end-note").fill(note)
        await self.page.locator("[data-ref=dialog-end] form[data-act=end] button[type=submit]").click()
        await expect(self.page.locator("[data-ref=root]")).to_have_attribute("data-state", "ended")


@dataclass
class Customer:
    """The person being helped; `screen` is a page showing the test picture, `page` the session."""

    page: Page
    screen: Page

    @classmethod
    async def sits_down(cls, browsers: Browsers, flags: Sequence[str] = ()) -> Customer:
        context = await browsers.headful(flags=(*share_surface(picture.TITLE), *flags))
        screen = context.pages[0]
        await picture.show(screen)
        return cls(await context.new_page(), screen)

    @classmethod
    async def comes_by_phone(cls, browsers: Browsers) -> Customer:
        """A phone's narrow page, and no way to share a screen, as in every phone browser (MDN: getDisplayMedia)."""
        context = await browsers.headless(viewport=NARROW)
        await context.add_init_script("delete MediaDevices.prototype.getDisplayMedia")
        return cls(context.pages[0], context.pages[0])

    @classmethod
    async def talks(cls, browsers: Browsers, *, flags: Sequence[str] = ()) -> Customer:
        """Somebody with a microphone and nothing to show."""
        context = await browsers.headless(flags=(*MICROPHONE, *flags))
        return cls(context.pages[0], context.pages[0])

    async def joins_by_code(self, house: House, code: str) -> None:
        await self.page.goto(house.base)
        await self.page.locator("input[name=code]").first.click()
        await self.page.keyboard.type(code)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url("**/session/*")

    async def joins_by_link(self, link: str) -> None:
        await self.page.goto(link)
        await self.page.get_by_role("button", name="Join").click()
        await self.page.wait_for_url("**/session/*")

    async def reads_the_digits(self) -> str:
        digits = self.page.locator("[data-panel=who] [data-ref=match]")
        await expect(digits).to_have_text(DIGITS)
        return "".join((await digits.inner_text()).split())

    async def answers(self, *, yes: bool, heading: str) -> None:
        """Answer the question that is put, once its buttons are heard: they are deaf for the first 700 ms."""
        ask = self.page.locator("[data-panel=ask]")
        await expect(ask.get_by_role("heading", name=heading)).to_be_visible()
        await last(self.page, DEAF_MS)
        await ask.locator(f"[data-answer={'yes' if yes else 'no'}]").click()
        await expect(ask.get_by_role("heading", name=heading)).to_be_hidden()

    async def shares(self) -> None:
        await self.page.locator("[data-act=share]:visible").click()
        await self.page.locator("[data-panel=confirm] [data-act=send-preview]").click()
        await expect(self.page.locator("body")).to_have_attribute("data-sharing", "true")

    async def says(self, text: str) -> None:
        await say(self.page, text)


@dataclass
class Vendor:
    """Somebody invited."""

    page: Page

    @classmethod
    async def opens(cls, browsers: Browsers, link: str) -> Vendor:
        context = await browsers.headless()
        await context.pages[0].goto(link)
        return cls(context.pages[0])

    async def redeems(self, name: str, pin: str) -> None:
        await expect(self.page.get_by_text(name).first).to_be_visible()
        await self.page.locator("#pin").fill(pin)
        await self.page.get_by_role("button", name="Accept").click()
        await self.page.wait_for_url("**/vendor/*")
        await expect(self.page.locator("[data-panel=lobby]")).to_be_visible()

    async def sees_the_picture_move(self) -> int:
        return await picture.wait_until_moving(self.page, VIDEO)


async def auditor_arrives(browsers: Browsers, link: str) -> Page:
    """Return the auditor's page of recordings."""
    page = (await browsers.headless()).pages[0]
    await page.goto(link)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/recordings*")
    return page


async def say(page: Page, text: str) -> None:
    """Write a line of chat."""
    await page.locator("[data-ref=say]:visible").fill(text)
    await page.locator("[data-ref=say]:visible").press("Enter")


async def hears(page: Page, text: str) -> None:
    """Wait until a line of chat is there."""
    await expect(page.locator("[data-list=chat]").get_by_text(text)).to_be_visible()


async def meet(house: House, host: Host, customer: Customer, opened: Opened) -> None:
    """Bring both into the session, matched, with the recording agreed to."""
    await host.opens(house, opened.session)
    await customer.joins_by_link(opened.link)
    await host.types_the_digits(await customer.reads_the_digits())
    await customer.answers(yes=True, heading=RECORDED)


async def share(host: Host, customer: Customer) -> None:
    """Let the host see the customer's screen."""
    await host.asks_for("view_screen")
    await customer.answers(yes=True, heading=SEEN)
    await customer.shares()
    await host.sees_the_picture_move()


async def last(page: Page, milliseconds: int) -> None:
    """Let this much time pass on the page's own clock."""
    began = await page.evaluate("performance.now()")
    await page.wait_for_function(
        "([began, ms]) => performance.now() - began > ms",
        arg=[began, milliseconds],
        timeout=milliseconds + 10_000,
        polling=100,
    )


async def in_state(page: Page, state: str) -> None:
    """Wait until the console says how the session stands."""
    await expect(page.locator("[data-ref=root]")).to_have_attribute("data-state", state)


async def says_reconnecting(page: Page) -> None:
    """Wait until the strip is there that says so."""
    await expect(page.locator("[data-panel=reconnecting]")).to_be_visible()


async def is_healed(page: Page) -> None:
    """Wait until the strip is gone again."""
    await expect(page.locator("[data-panel=reconnecting]")).to_be_hidden(timeout=HEAL_MS)
