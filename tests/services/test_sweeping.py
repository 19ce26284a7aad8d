from __future__ import annotations

import asyncio

from concierge.domain.recording import RecordingState
from concierge.services.keeping import Keeping
from concierge.services.sweeping import Sweeper
from tests.services.desk import Desk
from tests.services.tape import taped


class Counting(Keeping):
    """Keeping that counts, and fails at first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.tools, desk.database.custody, desk.vault)
        self.sweeps = 0

    async def finish_what_was_begun(self) -> int:
        self.sweeps += 1
        if self.sweeps == 1:
            raise OSError("no disk today")
        return await super().finish_what_was_begun()


async def test_the_sweeper_deletes_what_is_due_and_survives_its_faults(desk: Desk) -> None:
    tape = await taped(desk, 12)
    row = await desk.tools.recordings.get(tape.recording)
    assert row is not None
    assert row.state is RecordingState.CLOSED
    desk.clock.now_ms = row.keep_until_ms
    keeping = Counting(desk)
    sweeper = Sweeper(keeping, every_ms=1)
    running = asyncio.create_task(sweeper.run())
    await desk.until(lambda: keeping.sweeps > 2 and len(list(tape.folder.iterdir())) == 1)
    running.cancel()
    await asyncio.wait([running])
    swept = keeping.sweeps
    assert await keeping.sweep() == 0
    assert keeping.sweeps == swept


async def test_a_sweep_deletes_batch_by_batch_until_nothing_is_due(desk: Desk) -> None:
    tape = await taped(desk, 12)
    sweeper = Sweeper(Keeping(desk.tools, desk.database.custody, desk.vault))
    assert await sweeper.sweep() == 0
    row = await desk.tools.recordings.get(tape.recording)
    assert row is not None
    desk.clock.now_ms = row.keep_until_ms
    assert (await sweeper.sweep(), await sweeper.sweep()) == (1, 0)
