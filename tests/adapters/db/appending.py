"""Appends leaves to a database until it is killed; says each number once it is durable. Run as a program."""

from __future__ import annotations

import asyncio
import sys

from concierge.adapters.db.repositories import Database
from tests.adapters.db.samples import leaf


async def run(url: str) -> None:
    database = Database(url)
    while True:
        number = await database.audit.append_all([leaf("One"), leaf("Two"), leaf("Three")])
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
