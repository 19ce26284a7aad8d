"""Codes, links, PINs and digits that are wrong, used or too old, and names that are really script: what the person reads."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from concierge.domain import limits
from tests.e2e.house import House
from tests.e2e.people import Customer, Host, Vendor, auditor_arrives, hears, in_state, meet, share
from tests.e2e.watching import Watch
from tests.peers.chromium import Browsers

TITLE = """jaVasCript:/*-/*`/*'/*"/**/(/* */oNcliCk=alert(1) )//</stYle/</titLe/</teXtarEa/</scRipt/--!><sVg/<sVg/oNloAd=alert(1)//>>"""
CUSTOMER = "'\"><img src=x onerror=alert(2)>{{7*7}}${alert(2)}"
VENDOR = "</script><script>alert(3)</script><b>Mallory"
LINE = '<script>alert(4)</script><a href="javascript:alert(4)" onmouseover=alert(4)>look</a> sesame'
NOTE = "<iframe srcdoc='<script>parent.alert(5)</script>'></iframe> sesame"
PRINTERS = "Orvanta Print Systems"
EXPIRES_MS = 4_000


async def enter_code(page: Page, house: House, code: str) -> None:
    await page.goto(house.base)
    await page.locator("input[name=code]").fill(code)
    await page.get_by_role("button", name="Continue").click()


async def test_codes_and_links_that_do_not_work(shared_house: House, browsers: Browsers) -> None:
    opened = await shared_house.opens("The code is read out wrong")
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    await anna.opens(shared_house, opened.session)
    page = (await browsers.headless()).pages[0]
    fault = page.locator("#code-fault")

    await page.goto(opened.link.replace("/join/", "/join/x"))
    await expect(page.get_by_text("This link does not open a session")).to_be_visible()
    await enter_code(page, shared_house, "12345")
    message = await page.locator("input[name=code]").evaluate("field => field.validationMessage")
    assert message == "A code has nine digits. Please check it and type it again."

    # --- a new code: the old one and its link are dead; the new one works once ---
    made = await shared_house.call(f"/api/v1/sessions/{opened.session}/code", {})
    await enter_code(page, shared_house, opened.code)
    await expect(fault).to_contain_text("This code does not work.")
    await page.goto(opened.link)
    await expect(page.get_by_text("It was used already, or its ten minutes are over.")).to_be_visible()
    await enter_code(page, shared_house, made["digits"])
    await page.wait_for_url("**/session/*")
    other = (await browsers.headless()).pages[0]
    await enter_code(other, shared_house, made["digits"])
    await expect(other.locator("#code-fault")).to_contain_text("used already")

    # --- digits that do not match, three times: the customer is out, and both read what to do ---
    digits = await Customer(page, page).reads_the_digits()
    for rest in reversed(range(limits.MATCH_TRIES)):
        wrong = f"{(int(digits) + 1) % 10_000:04}"
        await anna.page.locator("input[data-ref=match]").fill(wrong)
        await anna.page.locator("input[data-ref=match]").press("Enter")
        if rest:
            await expect(anna.page.locator("[data-ref=match-fault]")).to_contain_text(
                "Those are not the digits"
            )
            await expect(page.locator("[data-panel=who] [data-ref=match]")).not_to_have_text(digits)
            digits = await Customer(page, page).reads_the_digits()
    await expect(page.locator("[data-panel=ended]")).to_contain_text("The digits did not match three times.")
    await expect(anna.page.locator("[data-panel=pairing]")).to_be_visible()
    await expect(anna.page.get_by_text("This code is no longer valid.")).to_be_visible()
    await expect(anna.page.locator("[data-ref=code]")).to_be_hidden()
    await anna.page.get_by_role("button", name="New code").click()
    await expect(anna.page.locator("[data-ref=code-left]")).to_contain_text("Valid for")

    # --- somebody who guesses is slowed down, in plain words ---
    for guess in range(limits.CODE_TRIES_PER_ADDRESS_PER_MINUTE + 1):
        await enter_code(other, shared_house, f"{guess:09}")
    await expect(other.locator("#code-fault")).to_contain_text(
        "Too many tries from here. Please wait 60 seconds"
    )


async def test_invitations_that_do_not_work(shared_house: House, browsers: Browsers) -> None:
    opened = await shared_house.opens("Vendors with old papers")
    wish = {
        "ticket": opened.ticket,
        "person": "Priya Raman",
        "company": PRINTERS,
        "capabilities": ["chat"],
        "minutes": 30,
    }
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    grace = await Customer.comes_by_phone(browsers)
    await meet(shared_house, anna, grace, opened)
    page = (await browsers.headless()).pages[0]
    pin_fault = page.locator("#pin-fault")

    # --- wrong PINs are counted aloud; then the invitation is closed ---
    invite = await shared_house.call("/api/v1/invites", wish)
    await page.goto(invite["link"])
    wrong = f"{(int(invite['pin']) + 1) % 1_000_000:06}"
    for rest in reversed(range(limits.PIN_TRIES)):
        await page.locator("#pin").fill(wrong)
        await page.get_by_role("button", name="Accept").click()
        words = (
            f"That is not the PIN. You have {rest} tr"
            if rest
            else "This invitation is closed; ask for a new one."
        )
        await expect(pin_fault).to_contain_text(words)
    await expect(page.get_by_role("button", name="Accept")).to_be_disabled()

    # --- revoked, expired, cut off ---
    invite = await shared_house.call("/api/v1/invites", wish)
    await page.goto(invite["link"])
    await shared_house.call(f"/api/v1/invites/{invite['id']}/revoke", {})
    await page.locator("#pin").fill(invite["pin"])
    await page.get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("heading", name="This invitation was withdrawn")).to_be_visible()
    now = await page.evaluate("Date.now()")
    invite = await shared_house.call(
        "/api/v1/invites", {**wish, "minutes": None, "until_ms": now + EXPIRES_MS}
    )
    await page.goto(invite["link"])
    await page.wait_for_function("(until) => Date.now() > until", arg=now + EXPIRES_MS)
    await page.reload()
    await expect(page.get_by_role("heading", name="This invitation has expired")).to_be_visible()
    await page.goto(invite["link"][:-4])
    await expect(page.get_by_role("heading", name="This link does not open an invitation")).to_be_visible()

    # --- used: the link opens nothing in another browser, and the first one keeps its seat ---
    invite = await shared_house.call("/api/v1/invites", wish)
    priya = await Vendor.opens(browsers, invite["link"])
    await priya.redeems("Priya Raman", invite["pin"])
    await page.goto(invite["link"])
    await expect(page.get_by_role("heading", name="This invitation was used already")).to_be_visible()
    await priya.page.reload()
    await expect(priya.page.locator("[data-panel=lobby]")).to_be_visible()


async def test_script_in_every_name_stays_text(shared_house: House, browsers: Browsers) -> None:
    watch = Watch()
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    for page in (anna.page, grace.page):
        watch.over(page.context)

    # --- help now, with a title and a customer that are script ---
    await anna.page.keyboard.press("n")
    await anna.page.locator("#help-title").fill(TITLE)
    await anna.page.locator("#help-customer").fill(CUSTOMER)
    await anna.page.locator("#help-customer").press("Enter")
    await anna.page.wait_for_url("**/sessions/*")
    session = anna.page.url.rpartition("/")[2]
    ticket = (await shared_house.call(f"/api/v1/sessions/{session}"))["ticket"]
    code = await shared_house.call(f"/api/v1/sessions/{session}/code", {})
    await grace.joins_by_link(code["link"])
    await literally(grace.page, TITLE)
    await anna.types_the_digits(await grace.reads_the_digits())
    await literally(anna.page, TITLE, CUSTOMER)
    await grace.answers(yes=True, heading="May this session be recorded?")
    await share(anna, grace)

    # --- a vendor whose name is script ---
    wish = {
        "ticket": ticket,
        "person": VENDOR,
        "company": PRINTERS,
        "capabilities": ["chat", "view_screen"],
        "minutes": 30,
    }
    invite = await shared_house.call("/api/v1/invites", wish)
    vendor = await Vendor.opens(browsers, invite["link"])
    watch.over(vendor.page.context)
    await vendor.redeems(VENDOR, invite["pin"])
    await literally(anna.page, VENDOR)
    await anna.page.locator("[data-list=lobby] [data-act=admit]").click()
    await grace.answers(yes=True, heading="May your screen be seen?")
    await vendor.sees_the_picture_move()
    await grace.says(LINE)
    for page in (anna.page, vendor.page, grace.page):
        await hears(page, LINE)
    await literally(grace.page, VENDOR)
    await literally(vendor.page, VENDOR, CUSTOMER)
    await anna.ends(NOTE)

    # --- what is left afterwards: receipt, ticket, search, invites, desk, replay ---
    await grace.page.get_by_role("link", name="See your receipt").click()
    await literally(grace.page, TITLE, VENDOR)
    await anna.page.goto(f"{shared_house.base}/tickets/{ticket}")
    await literally(anna.page, TITLE, CUSTOMER, NOTE)
    await anna.page.goto(f"{shared_house.base}/search?q=sesame")
    await literally(anna.page, TITLE)
    await expect(anna.page.locator("main")).to_contain_text("alert(4)")
    await anna.page.goto(f"{shared_house.base}/invites")
    await literally(anna.page, VENDOR)
    auditor = await auditor_arrives(browsers, shared_house.link("sign_in", "auditor"))
    watch.over(auditor.context)
    await literally(auditor, TITLE)
    await auditor.get_by_role("link", name=TITLE).first.click()
    await expect(auditor.locator("[data-ref=verdict]")).to_have_attribute("data-verdict", "ok")
    await literally(auditor, TITLE, LINE, VENDOR)
    assert watch.seen == []


async def literally(page: Page, *texts: str) -> None:
    """Wait until each text stands on the page, letter by letter, and nothing in it has become an element."""
    for text in texts:
        await expect(page.get_by_text(text).locator("visible=true").first).to_be_visible()
    assert (
        await page.evaluate(
            "document.querySelectorAll('main script, img[src=x], iframe, [onerror], [onload], [onclick], [onmouseover], a[href^=javascript]').length"
        )
        == 0
    )


async def test_a_recording_refused_leaves_a_session_without_sharing(
    shared_house: House, browsers: Browsers
) -> None:
    anna = await Host.arrives(browsers, shared_house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    opened = await shared_house.opens("Grace does not want to be recorded")
    await anna.opens(shared_house, opened.session)
    await grace.joins_by_link(opened.link)
    await anna.types_the_digits(await grace.reads_the_digits())
    await grace.answers(yes=False, heading="May this session be recorded?")
    await expect(grace.page.locator("[data-panel=refused]")).to_contain_text("no screen can be shared")
    await expect(anna.page.locator("[data-ref=ready-text]")).to_contain_text(
        "The customer said no to the recording"
    )
    await expect(anna.page.locator("[data-ref=evidence-text]")).to_have_text("Not recorded: refused")
    await in_state(anna.page, "active")
    await expect(anna.page.locator("[data-act=ask][data-capability=view_screen]").first).to_be_hidden()
    await anna.says("We can still write")
    await hears(grace.page, "We can still write")

    # --- the host leaves on purpose: the customer is told, and the session ends when nobody comes back ---
    await anna.page.locator("[data-act=open-end]").click()
    await anna.page.locator("[data-ref=dialog-end] [data-act=leave]").click()
    await anna.page.wait_for_url("**/desk*")
    await expect(grace.page.locator("[data-ref=pause-reason]")).to_contain_text(
        re.compile("The agent has left")
    )
