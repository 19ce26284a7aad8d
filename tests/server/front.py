"""A front door to knock at: a real application on a real desk (SQLite, recorder, policies), and browsers without pictures."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher

from concierge.adapters.passwords import Argon2Passwords
from concierge.adapters.portraits import PillowPortraits
from concierge.adapters.totp import SealedTotp
from concierge.domain.access import Act, DeskRole
from concierge.domain.capability import Capability
from concierge.domain.ids import PersonId
from concierge.domain.person import Person
from concierge.server.app import build_app
from concierge.server.house import House
from concierge.server.settings import ServerSettings
from concierge.services.accounts import Accounts
from concierge.services.api_keys import ApiKeys
from concierge.services.auditor_links import AuditorLinks
from concierge.services.checkpoints import Checkpoints
from concierge.services.export_port import TimeAuthority
from concierge.services.inviting import InviteWish, NewInvite, create_invite
from concierge.services.keeping import Keeping
from concierge.services.key_watch import KeyWatch
from concierge.services.live import LiveSession
from concierge.services.portraits import Portraits
from tests.services.desk import Desk, desk_in

PASSWORD = "correct horse battery"
CSRF = re.compile(r'name="csrf" (?:value|content)="([^"]*)"')
ERA_MS = 10 * 60_000


class Browser:
    """Somebody's browser: keeps cookies, fills the hidden field of forms in, follows no redirect by itself."""

    def __init__(self, front: Front, **headers: str) -> None:
        self.front = front
        transport = httpx2.ASGITransport(app=front.app, client=(headers.pop("address", "192.0.2.1"), 50_000))
        self.http = httpx2.AsyncClient(
            transport=transport, base_url=front.settings.public_url, headers=headers, follow_redirects=False
        )

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.http.get(path, headers=headers)

    async def csrf(self, path: str) -> str:
        page = await self.get(path)
        found = CSRF.search(page.text)
        assert found is not None, f"no form on {path}: {page.status_code}"
        return found[1]

    async def fill(self, page: str, action: str, **fields: str | list[str]) -> httpx2.Response:
        """Open a page and send a form of it."""
        return await self.http.post(action, data={"csrf": await self.csrf(page), **fields})

    async def enter(self, person: Person) -> None:
        """Sign in by a link."""
        _, secret = await self.front.accounts.make_link(person.id, "test")
        answer = await self.fill(f"/enter/{secret}", f"/enter/{secret}")
        assert answer.status_code == 303, answer.text


def text_of(page: httpx2.Response) -> str:
    """Return what a reader sees of a page, roughly."""
    return unescape(re.sub(r"<[^>]+>", " ", page.text))


@dataclass
class Front:
    """The desk with its front door."""

    desk: Desk
    accounts: Accounts
    keys: ApiKeys
    settings: ServerSettings
    app: FastAPI
    supervisor: Person
    auditor: Person
    browsers: list[Browser] = field(default_factory=list)

    @property
    def house(self) -> House:
        house: House = self.app.state.house
        return house

    def browser(self, **headers: str) -> Browser:
        browser = Browser(self, **headers)
        self.browsers.append(browser)
        return browser

    async def signed_in(self, person: Person | None = None, **headers: str) -> Browser:
        browser = self.browser(**headers)
        await browser.enter(person or self.desk.anna)
        return browser

    async def key(self, person: Person, *scopes: Act) -> dict[str, str]:
        """Return the headers of a program with a fresh key."""
        until = self.desk.clock.now() + ERA_MS
        issued = await self.keys.issue(person.id, "test", scopes or tuple(Act), until)
        return {"Authorization": f"Bearer {issued.secret}"}

    async def invite(self, **changes: Any) -> NewInvite:
        """Return a fresh invite for the ticket, and its secrets."""
        now = self.desk.clock.wall()
        wish = InviteWish(
            ticket=self.desk.ticket.id,
            company=self.desk.company.id,
            vendor_name=changes.get("vendor_name", "Vera Vogel"),
            vendor_email="",
            capabilities=frozenset({Capability.VIEW_SCREEN, Capability.CHAT}),
            from_ms=changes.get("from_ms", now),
            until_ms=changes.get("until_ms", now + ERA_MS),
            brief=changes.get("brief", ""),
        )
        anna = self.desk.anna
        return await create_invite(self.desk.tools, self.desk.principal(anna), anna.id, wish)

    async def matched(self) -> LiveSession:
        """Return a session whose customer has been let in."""
        live = await self.desk.open()
        seat = await self.desk.customer(live)
        await self.desk.page(live, live.decided.host)
        await self.desk.match(live, seat.participant)
        return live


@asynccontextmanager
async def front_of(
    desk: Desk,
    *,
    authority: TimeAuthority | None = None,
    checkpoints: Checkpoints | None = None,
    **settings: Any,
) -> AsyncIterator[Front]:
    """Return a front door for a desk."""
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts = Accounts(
        desk.database.accounts,
        Argon2Passwords(hasher),
        SealedTotp(b"t" * 32, "Northwind"),
        desk.clock,
        desk.tools.mint,
    )
    keys = ApiKeys(desk.database.api_keys, desk.clock, desk.tools.mint)
    chosen = ServerSettings(**{"public_url": desk.tools.installation.public_url, **settings})
    app = build_app(
        desk.tools,
        desk.registry,
        accounts,
        chosen,
        api_keys=keys,
        portraits=Portraits(
            desk.database.portraits, PillowPortraits(), desk.tools.album, desk.clock, desk.tools.mint
        ),
        throttle=desk.database.throttle,
        replays=desk.replays(),
        watching=desk.watching(),
        exports=desk.exports(authority),
        reporting=desk.reporting(),
        auditor_links=AuditorLinks(desk.tools, desk.database.auditor_links),
        keeping=Keeping(desk.tools, desk.database.custody, desk.vault),
        cares=desk.database.cares,
        key_watch=KeyWatch(desk.database.keys, desk.ring, desk.clock),
        checkpoints=checkpoints,
    )
    supervisor = Person(
        PersonId("per_" + "s" * 26), "Sara Lind", "sara", "sara@example.org", DeskRole.SUPERVISOR
    )
    auditor = Person(PersonId("per_" + "d" * 26), "Dora Audit", "dora", "dora@example.org", DeskRole.AUDITOR)
    for person in (supervisor, auditor):
        await desk.tools.people.add_person(person, None)
    front = Front(desk, accounts, keys, chosen, app, supervisor, auditor)
    try:
        yield front
    finally:
        await asyncio.gather(*(browser.http.aclose() for browser in front.browsers))


@asynccontextmanager
async def front_in(folder: Path, **settings: Any) -> AsyncIterator[Front]:
    """Return a front door on a folder."""
    (folder / "recordings").mkdir(exist_ok=True)
    async with desk_in(folder) as desk, front_of(desk, **settings) as front:
        yield front
