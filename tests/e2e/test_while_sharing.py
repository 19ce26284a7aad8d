"""While sharing: the preview before, the small window on top, something else instead, how the picture stands, the phone."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.e2e import picture
from tests.e2e.house import House
from tests.e2e.people import SEEN, VIDEO, Customer, Host, meet
from tests.peers.chromium import FAKE_MICROPHONE, NARROW, SHARE_THIS_TAB, Browsers

CAMERA = "May your phone’s camera be seen?"
PHONE = (*FAKE_MICROPHONE, "--use-fake-ui-for-media-stream")
ANOTHER = """
const choose = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getDisplayMedia = () => choose({ video: true, preferCurrentTab: true });
"""
MUTED = """(muted) => {
  const track = document.querySelector('[data-ref=preview]').srcObject.getVideoTracks()[0];
  Object.defineProperty(track, 'muted', { configurable: true, get: () => muted });
  track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
}"""
STOP_CLOCKS = "for (let n = 0; n < 1000; n += 1) clearInterval(n)"


async def both(house: House, browsers: Browsers, title: str, init: str = "") -> tuple[Host, Customer, str]:
    """Bring host and customer together, with the yes to the screen given and nothing chosen yet."""
    opened = await house.opens(title)
    host = await Host.arrives(browsers, house.link("sign_in", "host"))
    customer = await Customer.sits_down(browsers, SHARE_THIS_TAB)
    if init:
        await customer.page.add_init_script(init)
    await meet(house, host, customer, opened)
    await host.asks_for("view_screen")
    await customer.answers(yes=True, heading=SEEN)
    return host, customer, opened.session


async def chosen(customer: Customer) -> Page:
    """Choose, and return the small window that opens by the same click."""
    async with customer.page.context.expect_page() as opening:
        await customer.page.locator("[data-act=share]:visible").click()
    return await opening.value


async def stands(page: Page, standing: str) -> None:
    """Wait until the console says how the picture stands."""
    await expect(page.locator("[data-ref=picture-state]")).to_have_attribute("data-standing", standing)


async def test_preview_swap_and_stop_from_the_window_on_top(shared_house: House, browsers: Browsers) -> None:
    host, customer, session = await both(shared_house, browsers, "The form does not save")
    floating = await chosen(customer)

    # --- "Send this?": nobody has anything yet ---
    await expect(customer.page.get_by_role("heading", name="Send this?")).to_be_visible()
    await expect(floating.get_by_text("Send this?")).to_be_visible()
    await expect(host.page.locator(VIDEO)).to_be_hidden()
    assert await host.page.locator(VIDEO).evaluate("video => video.videoWidth") == 0
    await floating.get_by_role("button", name="Send this").click()
    await host.sees_the_picture_move()
    await expect(host.page.locator("[data-ref=picture-name]")).to_contain_text(re.compile(r"Window|tab"))

    # --- who is connected, the newest line, the host's marks ---
    await expect(floating.get_by_text("Anna Berger ·")).to_be_visible()
    await host.says("Please press Save once more")
    await expect(floating.get_by_text("Please press Save once more")).to_be_visible()
    await host.points()
    await expect(floating.locator("[data-ref=floating-marks] .mark-shape").first).to_be_attached()

    # --- hide and show, by keyboard ---
    await floating.locator("[data-ref=floating-hide]").press("Enter")
    await stands(host.page, "hidden")
    await floating.locator("[data-ref=floating-hide]").press("Enter")
    await host.sees_the_picture_move()

    # --- something else in its place, without sharing anew ---
    surface = await customer.page.evaluate("document.querySelector('[data-ref=preview]').srcObject.id")
    await customer.page.evaluate(ANOTHER)
    await floating.locator("[data-act=share-other]").click()
    await expect(customer.page.get_by_text("It would take the place of")).to_be_visible()
    await floating.get_by_role("button", name="Send this").click()
    await expect(customer.page.locator("[data-panel=confirm]")).to_be_hidden()
    await expect(host.page.locator("[data-ref=picture-name]")).to_contain_text("Browser tab")
    assert surface != await customer.page.evaluate(
        "document.querySelector('[data-ref=preview]').srcObject.id"
    )

    # --- stop everything ---
    async with floating.expect_event("close"):
        await floating.get_by_role("button", name="Stop everything").click()
    await expect(customer.page.get_by_text("You stopped everything")).to_be_visible()
    await expect(host.page.locator("[data-ref=root]")).to_have_attribute("data-state", "ended")
    told = [event["event"] for event in (await shared_house.script(session))["events"]]
    assert told.count("SurfaceOpened") == 1
    assert told.index("SurfaceOpened") < told.index("SurfaceSwapped") < told.index("SessionEnded")


async def test_what_was_chosen_and_not_sent_is_neither_seen_nor_recorded(
    shared_house: House, browsers: Browsers
) -> None:
    host, customer, session = await both(shared_house, browsers, "Wrong window")
    floating = await chosen(customer)
    await expect(customer.page.get_by_role("heading", name="Send this?")).to_be_visible()
    async with floating.expect_event("close"):
        await customer.page.get_by_role("button", name="No, not this").click()
    await expect(customer.page.locator("[data-panel=share]")).to_be_visible()
    await host.ends("Nothing was shown.")
    script = await shared_house.script(session)
    assert script["tracks"] == []
    assert "SurfaceOpened" not in {event["event"] for event in script["events"]}


async def test_the_console_tells_still_hidden_withheld_and_lost_apart(
    shared_house: House, browsers: Browsers
) -> None:
    host, customer, session = await both(shared_house, browsers, "It stands still")
    await customer.shares()
    await host.sees_the_picture_move()
    await stands(host.page, "moving")
    await expect(host.page.locator("[data-ref=picture-name]")).to_contain_text(re.compile(r"\d+ × \d+"))
    await customer.screen.evaluate(STOP_CLOCKS)
    await stands(host.page, "still")
    await expect(host.page.locator("[data-ref=picture-standing]")).to_contain_text(
        re.compile(r"Nothing changes \(picture \d+ s old\)")
    )
    await expect(customer.page.locator("[data-ref=own-state]")).to_have_attribute("data-standing", "still")
    await customer.page.evaluate(MUTED, arg=True)
    await stands(host.page, "muted")
    await expect(host.page.locator("[data-ref=picture-standing]")).to_contain_text("locked screen")
    await customer.page.evaluate(MUTED, arg=False)
    await stands(host.page, "moving")
    await customer.page.locator("[data-ref=hide]").click()
    await stands(host.page, "hidden")
    await customer.page.locator("[data-ref=indicator] [data-act=show]").click()
    await stands(host.page, "still")
    await customer.page.close()
    await stands(host.page, "lost")
    await host.ends("The customer left.")
    noted = [
        event["condition"]
        for event in (await shared_house.script(session))["events"]
        if event["event"] == "PictureNoted"
    ]
    assert {"moving", "still", "muted"} <= set(noted)


async def test_a_browser_without_such_windows_says_so(shared_house: House, browsers: Browsers) -> None:
    host, customer, _ = await both(
        shared_house, browsers, "Another browser", "delete window.documentPictureInPicture"
    )
    await customer.shares()
    await host.sees_the_picture_move()
    await expect(customer.page.get_by_text("cannot keep a small window on top")).to_be_visible()
    assert (await customer.page.title()).startswith("●")
    assert "sharing" in str(await customer.page.locator("link[rel=icon]").get_attribute("href"))


async def phone_comes(browsers: Browsers, link: str) -> Page:
    """Scan the code: open its link on a phone, and turn the camera on."""
    phone = (await browsers.headless(viewport=NARROW, flags=PHONE)).pages[0]
    await phone.goto(link)
    await phone.get_by_role("button", name="Use this phone").click()
    await phone.get_by_role("button", name="Turn the camera on").click()
    await expect(phone.locator("[data-panel=showing]")).to_be_visible()
    return phone


async def link_of(customer: Customer) -> str:
    """Return what the QR code says."""
    address = customer.page.locator("[data-ref=phone-address]")
    await expect(address).to_contain_text("/phone/")
    assert await customer.page.locator("[data-ref=phone-qr]").get_attribute("d")
    return await address.inner_text()


async def test_the_phone_shows_what_a_screen_cannot(shared_house: House, browsers: Browsers) -> None:
    host, customer, session = await both(shared_house, browsers, "The printer blinks")
    await customer.shares()
    await host.sees_the_picture_move()

    # --- the host asks; its own question, its own yes ---
    await host.page.locator("[data-act=ask-for][data-capability=view_camera]").click()
    await customer.answers(yes=True, heading=CAMERA)
    link = await link_of(customer)
    phone = await phone_comes(browsers, link)
    await expect(host.page.locator("[data-ref=picture-name]")).to_contain_text("Phone camera")
    await picture_comes(host.page)
    await expect(phone.locator("[data-ref=camera-says]")).to_have_text("Anna Berger sees your camera")
    await expect(customer.page.locator("[data-ref=phone-on-text]")).to_have_attribute("data-camera", "shown")

    # --- the link was good once; the screen is still there beside it ---
    again = await browsers.headless(viewport=NARROW)
    answer = await again.pages[0].goto(link)
    assert answer is not None
    assert answer.status == 410
    await host.page.get_by_role("button", name=re.compile("Window|Browser tab")).click()
    await host.sees_the_picture_move()

    # --- stopped from the computer; offered again by the customer; stopped from the phone ---
    await customer.page.get_by_role("button", name="Stop the phone").click()
    await expect(phone.locator("[data-panel=ended]")).to_be_visible()
    assert await phone.evaluate("document.querySelector('[data-ref=camera]').srcObject") is None
    await customer.page.get_by_role("button", name="Show with my phone").click()
    other = await phone_comes(browsers, await link_of(customer))
    await expect(host.page.locator("[data-ref=picture-name]")).to_contain_text("Phone camera")
    await other.get_by_role("button", name="Stop the camera").click()
    await expect(customer.page.locator("[data-panel=phone-on]")).to_be_hidden()
    await expect(host.page.locator("[data-list=surfaces]")).to_be_hidden()
    await host.ends("A paper jam, seen by phone.")
    script = await shared_house.script(session)
    told = [event["event"] for event in script["events"]]
    assert told.count("PhoneJoined") == told.count("PhoneLeft") == 2
    cameras = [
        event["surface"]["id"]
        for event in script["events"]
        if event["event"] == "SurfaceOpened" and event["surface"]["kind"] == "camera"
    ]
    assert len(cameras) == 2
    assert cameras[0] in {track["source"] for track in script["tracks"]}
    assert {track["kind"] for track in script["tracks"]} == {"picture"}


async def test_without_a_phone_at_hand_a_no_is_a_no(shared_house: House, browsers: Browsers) -> None:
    host, customer, _ = await both(shared_house, browsers, "No camera, please")
    await customer.page.get_by_role("button", name="Show with my phone").click()
    await customer.answers(yes=False, heading=CAMERA)
    await expect(customer.page.locator("[data-ref=dialog-phone]")).to_be_hidden()
    await host.ends("Not needed.")


async def picture_comes(page: Page) -> None:
    """Wait until the video on the stage has a picture that goes on."""
    await page.wait_for_function(
        f"() => {{ const v = document.querySelector('{VIDEO}'); return v && v.videoWidth > 0 && v.currentTime > 0.2; }}",
        polling=picture.STEP_MS,
    )
