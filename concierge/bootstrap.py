"""The only place where ports meet adapters: read it to see what is plugged into what.

`running(config)` gives a broker whose recordings have been recovered and whose sessions beat, and takes it down again.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from concierge.adapters.cedar import CedarPolicyEngine, load_policies
from concierge.adapters.clock import SteadyClock
from concierge.adapters.clock_mark import keep_mark, read_mark
from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.adapters.disk import MountedDisk
from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.evidence_parts import EvidenceParts, evidence_parts
from concierge.adapters.evidence_receipts import LogReceipts
from concierge.adapters.evidence_report import AuditReports
from concierge.adapters.keys import Keyring, PepperedSecrets, load_or_make
from concierge.adapters.keys.places import Place, keyring
from concierge.adapters.log_anchor import FileAnchor
from concierge.adapters.mint import SecretsMint
from concierge.adapters.passwords import Argon2Passwords
from concierge.adapters.portraits import PillowPortraits
from concierge.adapters.recording_files import Durable
from concierge.adapters.retention_file import read_retention
from concierge.adapters.state_folder import StateFolder
from concierge.adapters.storage_parts import BucketPlace, Storage, storage_parts
from concierge.adapters.time_authority import HttpTimeAuthority
from concierge.adapters.totp import SealedTotp
from concierge.config import Config, KekPlace
from concierge.domain.errors import ConciergeError
from concierge.media.plane import ForwardingPlane
from concierge.media.settings import MediaSettings
from concierge.server.settings import ServerSettings
from concierge.services.accounts import Accounts
from concierge.services.api_keys import ApiKeys
from concierge.services.auditor_links import AuditorLinks
from concierge.services.checkpoints import Checkpoints
from concierge.services.denials import NotedPolicy
from concierge.services.disabling import DisabledWatch
from concierge.services.disk_watch import DiskRules, DiskWatch
from concierge.services.exporting import Exports, Proofs
from concierge.services.heads import Heads
from concierge.services.keeping import Keeping
from concierge.services.portraits import Portraits
from concierge.services.ports import AuditLeaf, Clock
from concierge.services.recovering import recover, recover_waiting
from concierge.services.registry import Registry
from concierge.services.replays import Replays
from concierge.services.reporting import Reporting
from concierge.services.stamping import Stamping
from concierge.services.stored_vault import StoredVault
from concierge.services.storing import StorageRules
from concierge.services.sweeping import Sweeper
from concierge.services.throttle_port import Throttle
from concierge.services.tools import Installation, Tools
from concierge.services.watching import Watching
from concierge.services.ways import ways_of
from concierge.wire.messages import IceServer

_log = structlog.get_logger(__name__)

_END_S = 10
"""How long the broker's own tasks may take to end."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker, as the front door and the demonstration need it."""

    config: Config
    data: StateFolder
    tools: Tools
    registry: Registry
    replays: Replays
    watching: Watching
    exports: Exports
    stamping: Stamping | None
    reporting: Reporting
    auditor_links: AuditorLinks
    keeping: Keeping
    accounts: Accounts
    portraits: Portraits
    audit_log: SignedLog
    checkpoints: Checkpoints
    api_keys: ApiKeys
    throttle: Throttle
    database: Database
    policy: CedarPolicyEngine
    evidence: EvidenceParts
    keyring: Keyring
    storage: Storage | None


def database_url(config: Config, data: StateFolder) -> str:
    """Return the configured database, or SQLite in the data directory."""
    return config.database_url or f"sqlite:///{data.database}"


def keyring_of(config: Config, data: StateFolder) -> Keyring:
    """Return the configured keyring; without a setting, the KEK is a file in the data directory, made when missing."""
    older = [_place(config, place) for place in config.kek_old]
    if config.kek is not None:
        return keyring(_place(config, config.kek), *older)
    own = config.kek_file or data.keys / "kek"
    return keyring(Place("file", str(own), may_make=config.kek_file is None), *older)


def _place(config: Config, place: KekPlace) -> Place:
    return Place(
        place.scheme,
        place.where,
        place.key,
        place.secret,
        ca_file=config.kms_ca_file,
        credential_file=config.kms_credential_file,
    )


def storage_of(
    config: Config, data: StateFolder, database: Database, durable: Durable, clock: Clock
) -> Storage | None:
    """Return the configured bucket, put to use; None when there is none. Raises CredentialsUnreadable."""
    if not config.bucket:
        return None
    place = BucketPlace(
        config.bucket,
        config.bucket_endpoint,
        config.bucket_region,
        config.bucket_prefix,
        config.bucket_lock,
        config.bucket_credentials_file,
    )
    return storage_parts(
        place,
        StorageRules(config.bucket_lock_days, config.local_keep_days),
        recordings=data.recordings,
        durable=durable,
        ledger=database.storage,
        audit=database.audit,
        clock=clock,
        disk=disk_watch(config, data),
    )


def authority_of(config: Config, clock: Clock) -> HttpTimeAuthority | None:
    """Return the configured time-stamping authority, or None. Raises AuthorityUnusable."""
    if not config.timestamp_url or config.timestamp_ca_file is None:
        return None
    return HttpTimeAuthority(config.timestamp_url, config.timestamp_ca_file, clock)


def disk_watch(config: Config, data: StateFolder) -> DiskWatch:
    """Return a watch over the disk that holds the recordings."""
    reserve = config.disk_reserve_mb * 1024 * 1024
    rules = DiskRules(config.disk_warn_percent, config.disk_refuse_percent, reserve)
    return DiskWatch(MountedDisk(data.recordings), rules)


def server_settings(config: Config, *, demo: bool = False) -> ServerSettings:
    """Return what the front door needs of the settings."""
    return ServerSettings(
        public_url=config.base_url,
        listen_host=config.host,
        listen_port=config.port,
        cert_file=config.cert_file,
        key_file=config.key_file,
        trusted_hosts=("localhost", "127.0.0.1") if config.local else (),
        proxies=config.trusted_proxies,
        demo=demo,
    )


def media_settings(config: Config) -> MediaSettings:
    """Return where media sockets listen. Browsers get the configured ICE servers; our side asks nobody."""
    return MediaSettings(
        listen=config.media_listen,
        loopback=config.local,
        public_address=config.media_public_address or None,
        port_range=config.media_ports,
    )


@asynccontextmanager
async def running(config: Config, data: StateFolder) -> AsyncIterator[Broker]:
    """Put a broker together on a data directory already taken, recover what a crash left, and beat until the end.

    Raises PolicyError for policies that do not hold, WrongSchema or StoreUnavailable for the database, KeyUnavailable,
    LogRolledBack.
    """
    url = database_url(config, data)
    policy = load_policies(config.policies_dir)
    rules = read_retention(config.policies_dir, config.kept_days)
    await asyncio.to_thread(migrate, url)
    broker = _assemble(config, data, Database(url), policy)
    broker.tools.retention.take(rules)
    await broker.database.start()
    try:
        await _begin_log(broker)
    except ConciergeError:
        await broker.database.stop()
        raise
    broker.evidence.start()
    mark = asyncio.create_task(keep_mark(data.root, broker.tools.clock), name="clock mark")
    tasks = [mark]
    try:
        await broker.portraits.start()
        live = await recover(broker.tools, broker.registry)
        _log.info("started", live_sessions=live, policies=policy.version[:12])
        await broker.registry.disk.look()
        broker.registry.start()
        tasks += _start_watching(broker)
        yield broker
    finally:
        for task in tasks:
            task.cancel()
        # What was in the middle of the database gives its connection back before the database is stopped.
        await asyncio.wait(tasks, timeout=_END_S)
        await broker.registry.stop()
        await broker.tools.media.stop()
        await asyncio.to_thread(broker.evidence.stop)
        if broker.storage is not None:
            broker.storage.stop()
        await broker.database.stop()


@asynccontextmanager
async def beside_a_server(config: Config, data: StateFolder) -> AsyncIterator[tuple[Database, Keeping]]:
    """Lend the database and the custody of recordings to a command that runs beside a server. Raises as `running`."""
    url = database_url(config, data)
    await asyncio.to_thread(migrate, url)
    broker = _assemble(config, data, Database(url), load_policies(config.policies_dir))
    await broker.database.start()
    try:
        yield broker.database, broker.keeping
    finally:
        await broker.database.stop()


@asynccontextmanager
async def reporting_beside_a_server(config: Config) -> AsyncIterator[Reporting]:
    """Lend audit reports to a command that runs beside a server. Raises as `running`."""
    data = StateFolder(config.data_dir)
    url = database_url(config, data)
    await asyncio.to_thread(migrate, url)
    broker = _assemble(config, data, Database(url), load_policies(config.policies_dir))
    await broker.database.start()
    try:
        await broker.audit_log.start()
        yield broker.reporting
    finally:
        await broker.database.stop()


async def _begin_log(broker: Broker) -> None:
    """Compare the audit log with what others hold of it, then put this start on it: who signs, which policies hold."""
    await broker.audit_log.start()
    await broker.checkpoints.before_serving()
    begun = {"installation": broker.evidence.trust.hex(), "policies": broker.policy.version}
    detail = json.dumps(begun, sort_keys=True)
    leaf = AuditLeaf(broker.tools.clock.wall(), "BrokerStarted", "broker", broker.tools.run, detail)
    await broker.tools.audit.append(leaf)


def _start_watching(broker: Broker) -> list[asyncio.Task[None]]:
    disabled = DisabledWatch(broker.tools.people, broker.registry)
    tasks = [
        asyncio.create_task(disabled.run(), name="disabled people"),
        asyncio.create_task(broker.registry.disk.run(), name="disk watch"),
        asyncio.create_task(broker.checkpoints.run(), name="checkpoints"),
        asyncio.create_task(Sweeper(broker.keeping).run(), name="retention sweeper"),
        asyncio.create_task(Heads(broker.tools, broker.registry).run(), name="recording heads"),
        asyncio.create_task(recover_waiting(broker.tools, broker.registry), name="waiting for keys"),
    ]
    if broker.storage is not None:
        tasks.append(asyncio.create_task(broker.storage.storing.run(), name="storing"))
    if broker.stamping is not None:
        tasks.append(asyncio.create_task(broker.stamping.run(), name="time stamps"))
    return tasks


def _assemble(config: Config, data: StateFolder, database: Database, policy: CedarPolicyEngine) -> Broker:
    clock, mint = SteadyClock(read_mark(data.root)), SecretsMint()
    pepper = load_or_make(data.keys / "pepper")
    ring = keyring_of(config, data)
    evidence = evidence_parts(data.recordings, data.keys, ring, clock)
    seen_by = evidence.witnesses(config.witnesses)
    audit_log = evidence.signed_log(database.audit_tree, clock)
    tools = Tools(
        installation=installation_of(config),
        run=secrets.token_hex(8),
        clock=clock,
        mint=mint,
        secrets=PepperedSecrets(pepper),
        policy=NotedPolicy(policy, database.audit, clock),
        media=ForwardingPlane(media_settings(config)),
        evidence=evidence.log,
        sessions=database.sessions,
        tickets=database.tickets,
        people=database.people,
        invites=database.invites,
        alarms=database.alarms,
        impressions=database.impressions,
        pairings=database.pairings,
        seats=database.seats,
        recordings=database.recordings,
        audit=database.audit,
        receipts=LogReceipts(database.audit_tree, audit_log),
    )
    portraits = Portraits(database.portraits, PillowPortraits(), tools.album, clock, mint)
    storage = storage_of(config, data, database, evidence.log.durable, clock)
    codes = SealedTotp(load_or_make(data.keys / "totp"), config.organisation)
    replays = Replays(tools, evidence.reader, storage.stored if storage is not None else None)
    registry = Registry(tools, disk_watch(config, data))
    authority = authority_of(config, clock)
    proofs = Proofs(audit_log, database.audit_tree, database.stamps, authority)
    return Broker(
        config=config,
        data=data,
        tools=tools,
        registry=registry,
        keeping=Keeping(
            tools,
            database.custody,
            StoredVault(evidence.vault, storage.stored) if storage is not None else evidence.vault,
        ),
        replays=replays,
        watching=Watching(tools, registry, evidence.live, replays),
        exports=Exports(tools, replays, evidence.reader, proofs),
        auditor_links=AuditorLinks(tools, database.auditor_links),
        reporting=_reporting(config, data, tools, database, audit_log, evidence.trust),
        stamping=None if authority is None else Stamping(audit_log, database.stamps, authority, clock),
        accounts=Accounts(database.accounts, Argon2Passwords(), codes, clock, mint),
        portraits=portraits,
        api_keys=ApiKeys(database.api_keys, clock, mint),
        throttle=database.throttle,
        database=database,
        policy=policy,
        evidence=evidence,
        audit_log=audit_log,
        checkpoints=Checkpoints(audit_log, database.audit_tree, FileAnchor(data.root), seen_by),
        keyring=ring,
        storage=storage,
    )


def _reporting(
    config: Config, data: StateFolder, tools: Tools, database: Database, log: SignedLog, trust: bytes
) -> Reporting:
    reports = AuditReports(
        tree=database.audit_tree,
        log=log,
        tickets=tools.tickets,
        people=tools.people,
        sessions=tools.sessions,
        invites=tools.invites,
        recordings=data.recordings,
        trust=trust,
        clock=tools.clock,
        organisation=config.organisation,
    )
    return Reporting(reports, tools.audit, tools.clock, tools.policy)


def installation_of(config: Config) -> Installation:
    """Return what the operator set for the whole installation."""
    servers = tuple(
        IceServer(
            urls=tuple(server["urls"]) if isinstance(server["urls"], list) else (server["urls"],),
            username=str(server.get("username", "")),
            credential=str(server.get("credential", "")),
        )
        for server in config.ice_servers
    )
    return Installation(
        config.organisation,
        config.desk_phone,
        config.base_url,
        config.kept_days,
        config.backup_days,
        servers,
        config.turn_secret,
        ways_of(config.base_url, config.media_public_address, config.media_ports, servers),
    )
