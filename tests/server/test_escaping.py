"""Text from outside stays text, on every page, for every reader (threats.md rows 37 and 41)."""

from __future__ import annotations

from html.parser import HTMLParser

from concierge.wire import messages as wire
from tests.server.front import Browser, Front

POLYGLOTS = [
    "<canary onclick=alert(1)>",
    '"><script>alert(1)</script><canary x="',
    "'><img src=x onerror=alert(1)><canary '",
    "</title></textarea></script><canary><svg/onload=alert(1)>",
    "javascript:/*--></title></style></textarea></script></xmp><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'><canary>",
    "{{7*7}}${7*7}<%= 7*7 %>{% raw %}{{ ''.__class__.__mro__ }}<canary>",
    "%(name)s %s {0} {name} <canary>",
    "&lt;canary&gt; &#60;canary&#62; \ue000<canary>\ue001",
    "<!--<canary>--><![CDATA[<canary>]]>",
    "\u202e<canary>\u2028\u2066 =cmd|' /C calc'!A0",
]


class Reader(HTMLParser):
    """Notes what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("canary", "iframe", "object", "embed", "base") or (tag == "svg" and "onload" in values):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not (values.get("src") or "").startswith("/static/"):
            self.faults.append("a script that is not ours")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.faults.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and "script:" in (value or "").lower():
                self.faults.append(f"{tag} {name}={value}")


async def clean(browser: Browser, path: str) -> str:
    page = await browser.get(path)
    reader = Reader()
    reader.feed(page.text)
    assert reader.faults == [], (path, reader.faults)
    assert page.status_code == 200, (path, page.status_code)
    return page.text


async def test_what_people_type_is_never_markup(front: Front) -> None:
    readers = (
        await front.signed_in(),
        await front.signed_in(front.supervisor),
        await front.signed_in(front.auditor),
    )
    for number, text in enumerate(POLYGLOTS):
        await go_through(front, readers, text, f"198.51.100.{number}")


async def go_through(
    front: Front, readers: tuple[Browser, Browser, Browser], text: str, address: str
) -> None:
    """Type it wherever something can be typed, and read every page as everybody."""
    anna, sara, dora = readers
    name = text[:80]
    made = await anna.fill("/desk", "/desk/help-now", title=text, customer=name)
    console = made.headers["location"]
    live = front.desk.registry.all()[0]
    ticket = f"/tickets/{live.decided.ticket}"
    await anna.fill(ticket, f"{ticket}/notes", note=text)
    assert live.backdrop.code is not None
    customer, vendor = (
        front.browser(),
        front.browser(**{"user-agent": name.encode("ascii", "replace").decode()}),
    )
    await customer.fill("/", "/join", code=live.backdrop.code.digits)
    (seat,) = live.backdrop.digits
    await front.desk.match(live, seat)
    await front.desk.send(live, live.decided.host, wire.Say(text))
    window: dict[str, str | list[str]] = {
        "starts": "2027-01-15T08:00",
        "ends": "2027-01-15T09:00",
        "capability": ["chat"],
    }
    created = await anna.fill(
        "/invites/new",
        "/invites",
        ticket_id=live.decided.ticket,
        person=name,
        company=name,
        brief=text,
        **window,
    )
    link = created.text.partition("http://localhost:1/invite/")[2][:43]
    landing = f"/invite/{link}"
    pages = [
        (anna, "/desk"),
        (anna, ticket),
        (anna, console),
        (anna, "/invites"),
        (anna, "/invites/new"),
        (anna, "/account"),
    ]
    pages += [(anna, "/search?q=canary"), (sara, "/desk"), (sara, console), (dora, "/recordings")]
    pages += [(customer, f"/session/{live.decided.id}"), (vendor, landing)]
    for browser, path in pages:
        shown = await clean(browser, path)
        assert (
            "49" not in shown or "{{7*7}}" not in text or "{{7*7}}" in shown or path in ("/account", "/desk")
        )
    wrong = await vendor.http.post("/join", data={"csrf": await vendor.csrf("/"), "code": text})
    reader = Reader()
    reader.feed(wrong.text)
    assert reader.faults == []
    await front.desk.send(live, live.decided.host, wire.End("resolved", text))
    await front.desk.until(lambda: front.desk.registry.find(live.decided.id) is None)
    receipt = (await customer.get(f"/session/{live.decided.id}")).headers["location"]
    for browser, path in ((customer, receipt), (anna, ticket), (dora, "/recordings")):
        await clean(browser, path)


async def test_what_stands_in_an_address_is_never_markup(front: Front) -> None:
    anna = await front.signed_in()
    for text in POLYGLOTS:
        await ask_with(front, anna, text)


async def ask_with(front: Front, anna: Browser, text: str) -> None:
    """Put it into every part of a query that a page shows again."""
    for path, name in (
        ("/search", "q"),
        ("/search", "in"),
        ("/recordings", "words"),
        ("/recordings", "since"),
        ("/invites/new", "ticket"),
        ("/sign-in", "next"),
        ("/desk", "show"),
    ):
        for browser in (anna, front.browser()):
            page = await browser.http.get(path, params={name: text})
            reader = Reader()
            reader.feed(page.text)
            assert reader.faults == [], (path, name)
            assert "evil" not in page.headers.get("location", "")
