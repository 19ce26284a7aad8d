"""Commands that run until they are told to stop: serve and demo."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from gettext import gettext as _

import structlog

from concierge.adapters.cedar_files import PolicyError
from concierge.adapters.retention_file import RetentionError, read_retention
from concierge.adapters.state_folder import StateFolder
from concierge.bootstrap import Broker, running, server_settings
from concierge.config import Config
from concierge.demo.links import Links, make_links
from concierge.demo.organisation import as_demonstration, found
from concierge.server.app import build_app
from concierge.server.run import listen, run, serve_on
from concierge.services.key_watch import KeyWatch
from concierge.services.ports import AuditLeaf

_log = structlog.get_logger(__name__)

Prepare = Callable[[Broker], Awaitable[Callable[[], None]]]


def serve(config: Config, _options: argparse.Namespace) -> int:
    """Run the broker."""

    async def prepare(broker: Broker) -> Callable[[], None]:
        def ready() -> None:
            words = _("Concierge serves %(address)s; Ctrl-C ends it.") % {"address": broker.config.base_url}
            print(words, file=sys.stderr, flush=True)

        return ready

    return _serve(config, prepare, demo=False)


def demo(config: Config, options: argparse.Namespace) -> int:
    """Run it with a demonstration organisation; print how to get in when the door is open."""

    async def prepare(broker: Broker) -> Callable[[], None]:
        await found(broker)
        links = await make_links(broker)
        return lambda: _print(links, as_json=options.json)

    return _serve(as_demonstration(config), prepare, demo=True)


def _print(links: Links, *, as_json: bool) -> None:
    ending = _("Ctrl-C ends it; the data is kept.")
    print(links.as_json() if as_json else f"{links.as_text()}\n\n{ending}", flush=True)


def _serve(config: Config, prepare: Prepare, *, demo: bool) -> int:
    """The port is taken first: a taken one is said before anything is set up."""
    settings = server_settings(config, demo=demo)
    taken = listen(settings)

    async def life() -> None:
        with StateFolder(config.data_dir) as data:
            async with running(config, data) as broker:
                ready = await prepare(broker)
                app = build_app(
                    broker.tools,
                    broker.registry,
                    broker.accounts,
                    settings,
                    api_keys=broker.api_keys,
                    portraits=broker.portraits,
                    throttle=broker.throttle,
                    replays=broker.replays,
                    watching=broker.watching,
                    keeping=broker.keeping,
                    cares=broker.database.cares,
                    exports=broker.exports,
                    reporting=broker.reporting,
                    auditor_links=broker.auditor_links,
                    key_watch=KeyWatch(broker.database.keys, broker.keyring, broker.tools.clock),
                    storing=broker.storage.storing if broker.storage is not None else None,
                    checkpoints=broker.checkpoints,
                )
                asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload_policies, broker)
                await serve_on(taken, app, settings, lambda _port: ready())

    try:
        run(life())
    finally:
        taken.close()
    return 0


def reload_policies(broker: Broker) -> None:
    """Read the policies again and decide anew what rests on them; bad ones are refused and the old ones stay."""
    try:
        rules = read_retention(broker.config.policies_dir, broker.config.kept_days)
        changed = broker.policy.reload()
        broker.tools.retention.take(rules)
    except (PolicyError, RetentionError) as error:
        _log.error("policies_refused", reason=str(error), still_in_force=broker.policy.version[:12])
        return
    revoked = broker.registry.redecide() if changed else 0
    _log.info(
        "policies_read_again", changed=changed, revoked_grants=revoked, policies=broker.policy.version[:12]
    )
    task = asyncio.get_running_loop().create_task(_on_record(broker, revoked), name="policies on record")
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


_tasks: set[asyncio.Task[int]] = set()


async def _on_record(broker: Broker, revoked: int) -> int:
    detail = json.dumps({"version": broker.policy.version, "revoked_grants": revoked}, sort_keys=True)
    leaf = AuditLeaf(broker.tools.clock.wall(), "PoliciesReadAgain", "command line", "policies", detail)
    return await broker.tools.audit.append(leaf)
