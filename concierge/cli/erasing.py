"""`concierge erase`: the same use case as the page and the API, decided by the same policy, beside a running server.

Rule: whoever runs it names the person of the desk who decides, and that person has to be allowed to.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from gettext import gettext as _

from concierge.adapters.state_folder import StateFolder
from concierge.bootstrap import beside_a_server
from concierge.config import Config
from concierge.domain.access import Principal
from concierge.domain.errors import BadInput
from concierge.domain.ids import RecordingId, check_id
from concierge.services.keeping import Asker


def erase(config: Config, options: argparse.Namespace) -> int:
    """Erase, after asking once more; return 1 when copies are left that could not be destroyed yet."""
    check_id("recording", options.recording)
    if not options.yes and not _sure(options.recording):
        print(_("Nothing was erased."), file=sys.stderr)
        return 1
    return asyncio.run(_erase(config, options))


def _sure(recording: str) -> bool:
    question = _("Nobody can undo this. Type the recording's id again to erase it: ")
    return input(question).strip() == recording


async def _erase(config: Config, options: argparse.Namespace) -> int:
    data = StateFolder(config.data_dir)
    async with beside_a_server(config, data) as (database, keeping):
        person = await database.people.named(options.by)
        if person is None:
            raise BadInput(f"nobody of the desk signs in as {options.by!r}")
        asker = Asker(Principal("Person", person.id, person.role), person.name)
        done = await keeping.erase(asker, RecordingId(options.recording), options.classes, options.reason)
    if done.done_ms is None:
        print(_("The keys are destroyed; some copies could not be removed yet. The server tries again."))
        return 1
    print(_("Erased."))
    return 0
