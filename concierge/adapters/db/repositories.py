"""The database as the bootstrap sees it: one address in, one repository for each port out."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.accounts import DatabaseAccounts
from concierge.adapters.db.alarms import DatabaseAlarms
from concierge.adapters.db.api_keys import DatabaseApiKeys
from concierge.adapters.db.audit import DatabaseAudit
from concierge.adapters.db.audit_heads import DatabaseAuditTree
from concierge.adapters.db.audit_stamps import DatabaseStamps
from concierge.adapters.db.auditor_links import DatabaseAuditorLinks
from concierge.adapters.db.cares import DatabaseCares
from concierge.adapters.db.custody import DatabaseCustody
from concierge.adapters.db.engine import Store
from concierge.adapters.db.impressions import DatabaseImpressions
from concierge.adapters.db.invites import DatabaseInvites
from concierge.adapters.db.migrate import WrongSchema, head, revision_of
from concierge.adapters.db.pairings import DatabasePairings
from concierge.adapters.db.people import DatabasePeople
from concierge.adapters.db.portraits import DatabasePortraits
from concierge.adapters.db.recordings import DatabaseRecordings
from concierge.adapters.db.seats import DatabaseSeats
from concierge.adapters.db.sessions import DatabaseSessions
from concierge.adapters.db.storage import DatabaseStorage
from concierge.adapters.db.throttles import DatabaseThrottle
from concierge.adapters.db.tickets import DatabaseTickets
from concierge.adapters.db.wrapped_keys import DatabaseKeyStore
from concierge.domain import limits


class Database:
    """Every repository over one store. `wait_ms` bounds one try of a transaction, `tries` how many there are."""

    def __init__(
        self, url: str, wait_ms: int = limits.DATABASE_WAIT_MS, tries: int = limits.DATABASE_TRIES
    ) -> None:
        self.store = Store(url, wait_ms, tries)
        self.sessions = DatabaseSessions(self.store)
        self.tickets = DatabaseTickets(self.store)
        self.people = DatabasePeople(self.store)
        self.alarms = DatabaseAlarms(self.store)
        self.impressions = DatabaseImpressions(self.store)
        self.invites = DatabaseInvites(self.store)
        self.cares = DatabaseCares(self.store)
        self.pairings = DatabasePairings(self.store)
        self.seats = DatabaseSeats(self.store)
        self.recordings = DatabaseRecordings(self.store)
        self.storage = DatabaseStorage(self.store)
        self.audit = DatabaseAudit(self.store)
        self.audit_tree = DatabaseAuditTree(self.store)
        self.stamps = DatabaseStamps(self.store)
        self.auditor_links = DatabaseAuditorLinks(self.store)
        self.accounts = DatabaseAccounts(self.store)
        self.api_keys = DatabaseApiKeys(self.store)
        self.portraits = DatabasePortraits(self.store)
        self.throttle = DatabaseThrottle(self.store)
        self.keys = DatabaseKeyStore(self.store)
        self.custody = DatabaseCustody(self.store)

    async def start(self) -> None:
        """Connect and look at the schema. Raises StoreUnavailable, or WrongSchema when `migrate` has to run first."""

        async def work(connection: AsyncConnection) -> str | None:
            return await connection.run_sync(revision_of)

        found = await self.store.read(work)
        if found != head():
            raise WrongSchema(
                f"the database is at {found or 'nothing'} and this version needs {head()}: migrate it"
            )

    async def alive(self) -> None:
        """Return when the database answers. Raises StoreUnavailable."""

        async def work(connection: AsyncConnection) -> None:
            await connection.exec_driver_sql("SELECT 1")

        await self.store.read(work)

    async def stop(self) -> None:
        """Let the transactions under way end, then close every connection."""
        await self.store.stop()
