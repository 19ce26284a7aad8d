"""Commands that do one thing and end: migrate, policy check, person add, person disable and enable."""

from __future__ import annotations

import argparse
import asyncio
import sys
from gettext import gettext as _

from concierge import shipped
from concierge.adapters.cedar import check_policies as check_folder
from concierge.adapters.clock import SteadyClock
from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.adapters.keys import load_or_make
from concierge.adapters.mint import SecretsMint
from concierge.adapters.passwords import Argon2Passwords
from concierge.adapters.retention_file import check_retention
from concierge.adapters.state_folder import StateFolder
from concierge.adapters.totp import SealedTotp
from concierge.bootstrap import database_url
from concierge.config import Config
from concierge.domain.access import DeskRole
from concierge.domain.ids import PersonId
from concierge.domain.person import Person, PersonState
from concierge.domain.refusals import N_
from concierge.services.accounts import Accounts

_SAID = {
    (PersonState.DISABLED, True): N_(
        "%(name)s is disabled: signed out, keys and links revoked, out of every session within a second."
    ),
    (PersonState.DISABLED, False): N_("%(name)s was disabled already."),
    (PersonState.ENABLED, True): N_("%(name)s can sign in again. Keys and links do not come back."),
    (PersonState.ENABLED, False): N_("%(name)s was not disabled."),
}


def migrate_database(config: Config, _options: argparse.Namespace) -> int:
    """Bring the database to this version."""
    with StateFolder(config.data_dir) as data:
        migrate(database_url(config, data))
    print(_("The database fits this version."))
    return 0


def check_policies(config: Config, options: argparse.Namespace) -> int:
    """Say whether policies hold."""
    options.folder = options.folder or config.policies_dir
    return check_policy_folder(options)


def check_policy_folder(options: argparse.Namespace) -> int:
    """Check a folder without needing any other setting."""
    folder = options.folder or shipped.POLICIES
    problems = [*check_folder(folder), *check_retention(folder)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(_("The policies in %(folder)s hold.") % {"folder": folder})
    return 5 if problems else 0


def add_person(config: Config, options: argparse.Namespace) -> int:
    """Add a person; a password is set by the person through the link."""
    return asyncio.run(_add_person(config, options))


def set_person_state(config: Config, options: argparse.Namespace) -> int:
    """Disable or enable a person; a server that runs on the same database notices by itself."""
    return asyncio.run(_set_person_state(config, options))


async def _set_person_state(config: Config, options: argparse.Namespace) -> int:
    """Never migrates: a database of another version is a server's own business. Raises WrongSchema, StoreUnavailable."""
    data = StateFolder(config.data_dir)
    database = Database(database_url(config, data))
    try:
        await database.start()
        person = await database.people.named(options.sign_in_name)
        if person is None:
            print(_("Nobody signs in as %(name)s.") % {"name": options.sign_in_name}, file=sys.stderr)
            return 1
        codes = SealedTotp(load_or_make(data.keys / "totp"), config.organisation)
        accounts = Accounts(database.accounts, Argon2Passwords(), codes, SteadyClock(), SecretsMint())
        state = PersonState.DISABLED if options.verb == "disable" else PersonState.ENABLED
        changed = await accounts.set_state(person.id, state, "command line")
    finally:
        await database.stop()
    print(_(_SAID[state, changed]) % {"name": person.name})
    return 0


async def _add_person(config: Config, options: argparse.Namespace) -> int:
    """Works beside a running server: it needs the database alone."""
    data = StateFolder(config.data_dir)
    url = database_url(config, data)
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        await database.start()
        clock, mint = SteadyClock(), SecretsMint()
        codes = SealedTotp(load_or_make(data.keys / "totp"), config.organisation)
        accounts = Accounts(database.accounts, Argon2Passwords(), codes, clock, mint)
        person = Person(
            id=PersonId(mint.id("person")),
            name=options.name,
            sign_in_name=options.sign_in_name,
            email=options.email,
            role=DeskRole(options.role),
        )
        await database.people.add_person(person, None)
        _link, secret = await accounts.make_link(person.id, "command line")
        sentence = _("%(name)s can sign in once, within 24 hours, at %(link)s")
        print(sentence % {"name": person.name, "link": f"{config.base_url}/enter/{secret}"})
    finally:
        await database.stop()
    return 0
