"""What the database derived from recordings, by class: destroyed with the key, in the same transaction.

`conversation` is the chat: its events' words, its lines in the ticket's thread and in the search index. `control` is
the host's words at the end and at a hand-over. Pictures, voices and the rest leave nothing here. Who took part and when
stays: the ticket and the audit log tell it anyway, and a tombstone without it would say nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from concierge.adapters.db.projections import SESSION_ENDED
from concierge.adapters.db.tables import recordings, search_lines, session_events, sessions, thread_entries
from concierge.domain.custody import Erasure, EvidenceClass
from concierge.domain.ticket import Channel

_CHAT_WORDS = {"ChatSaid": ("text",), "DeskLineSaid": ("text",)}
_HOST_WORDS = {
    "SessionEnded": ("outcome", "note", "told"),
    "HandoverOffered": ("brief",),
    "OpinionAsked": ("question",),
}


async def destroy_derived(connection: AsyncConnection, erasure: Erasure) -> None:
    """Destroy what was derived from the erased classes. Idempotent."""
    session = await connection.scalar(
        select(recordings.c.session).where(recordings.c.id == erasure.recording)
    )
    if session is None:
        return
    if erasure.takes(EvidenceClass.CONVERSATION):
        await _blank(connection, session, _CHAT_WORDS)
        for table, where in (
            (thread_entries, thread_entries.c.channel),
            (search_lines, search_lines.c.found_in),
        ):
            await connection.execute(delete(table).where(table.c.session == session, where == Channel.CHAT))
    if erasure.takes(EvidenceClass.CONTROL):
        await _blank(connection, session, _HOST_WORDS)
        await _host_words_in_rows(connection, session, erasure)


async def _host_words_in_rows(connection: AsyncConnection, session: str, erasure: Erasure) -> None:
    ended = thread_entries.c.text.startswith(SESSION_ENDED, autoescape=True)
    of_session = (thread_entries.c.session == session, thread_entries.c.channel == Channel.SESSION)
    await connection.execute(update(thread_entries).where(*of_session, ended).values(text=SESSION_ENDED))
    await connection.execute(
        delete(search_lines).where(
            search_lines.c.session == session, search_lines.c.found_in == Channel.SESSION
        )
    )
    await connection.execute(update(sessions).where(sessions.c.id == session).values(outcome=""))
    await connection.execute(
        update(recordings).where(recordings.c.id == erasure.recording).values(outcome="")
    )


async def _blank(connection: AsyncConnection, session: str, words: Mapping[str, tuple[str, ...]]) -> None:
    """Take words out of kept events; the events stay, so that the session still folds."""
    rows = await connection.execute(
        select(session_events.c.seq, session_events.c.event).where(session_events.c.session == session)
    )
    for seq, text in rows.all():
        document = json.loads(text)
        names = words.get(document.get("event", ""), ())
        if any(document.get(name) for name in names):
            document.update(dict.fromkeys(names, ""))
            await connection.execute(
                update(session_events)
                .where(session_events.c.session == session, session_events.c.seq == seq)
                .values(event=json.dumps(document, separators=(",", ":")))
            )
