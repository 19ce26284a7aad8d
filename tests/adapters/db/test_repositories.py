from __future__ import annotations

from base64 import b64encode

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.repositories import Database
from concierge.adapters.db.tables import metadata
from concierge.domain.access import Act
from concierge.services import ports
from concierge.services.account_port import AccountStore, ApiKeyStore
from concierge.services.digests import digest_of
from concierge.services.throttle_port import Throttle
from tests.adapters.db.samples import NOW, SESSION, after, course, invite, leaf
from tests.services.front_desk import ADDRESS, ALEX, PASSWORD, START, FrontDesk, authenticator


async def test_every_repository_is_the_port_it_stands_for(database: Database) -> None:
    # mypy does the checking; the list says which repository is plugged in where.
    desk: tuple[ports.Sessions, ports.Tickets, ports.People, ports.Recordings, ports.Audit] = (
        database.sessions,
        database.tickets,
        database.people,
        database.recordings,
        database.audit,
    )
    doors: tuple[ports.Invites, ports.Pairings, ports.Seats, Throttle, AccountStore, ApiKeyStore] = (
        database.invites,
        database.pairings,
        database.seats,
        database.throttle,
        database.accounts,
        database.api_keys,
    )
    assert len({id(part) for part in desk + doors}) == 11
    await database.alive()


async def dump(database: Database) -> bytes:
    """Return every value of every table, as a thief of the disk would read it."""

    async def work(connection: AsyncConnection) -> list[bytes]:
        values: list[bytes] = []
        for table in metadata.tables.values():
            for row in await connection.execute(select(table)):
                values += [value if isinstance(value, bytes) else str(value).encode() for value in row]
        return values

    return b"\n".join(await database.store.read(work))


async def test_a_stolen_database_holds_nothing_one_can_sign_in_with(database: Database) -> None:
    desk = await FrontDesk(database).open()
    signed_in = await desk.sign_in()
    offer = await desk.accounts.offer_totp(signed_in.sign_in, PASSWORD, ADDRESS)
    await desk.accounts.confirm_totp(signed_in.sign_in, authenticator(offer.uri).at(START // 1000))
    _, link = await desk.accounts.make_link(ALEX.id, "demo", uses=None)
    issued = await desk.keys.issue(ALEX.id, "script", (Act.SEARCH,), START + 1_000_000)
    code, seat, invite_link, pin = (
        "482913775",
        "seat-secret-of-a-browser",
        "invite-secret-in-a-mail",
        "739114",
    )
    await database.pairings.add("code", digest_of(code), SESSION, NOW + 1)
    await database.seats.add(digest_of(seat), SESSION, course()[0].host.id, NOW + 1)  # type: ignore[attr-defined]
    await database.invites.add(invite(), digest_of(invite_link), digest_of(invite_link + pin), leaf())
    await database.sessions.save(after(course()), course(), [])

    secrets = [
        PASSWORD,
        signed_in.secret,
        desk.accounts.csrf_of(signed_in.secret),
        authenticator(offer.uri).secret,
        link,
        issued.secret,
        code,
        seat,
        invite_link,
        pin,
    ]
    stolen = await dump(database)
    assert b"Dana" in stolen, "the dump is a real one"
    readable = [
        secret
        for secret in secrets
        if secret.encode() in stolen or b64encode(secret.encode()).rstrip(b"=") in stolen
    ]
    assert readable == []
    # And what is there instead does not work as the secret itself.
    for kept in (digest_of(signed_in.secret), digest_of(link), digest_of(issued.secret)):
        assert await desk.accounts.recall(kept.hex()) is None
        assert await desk.accounts.look_at_link(kept.hex()) is None
        assert await desk.keys.recall(kept.hex()) is None
