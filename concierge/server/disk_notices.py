"""What the desk is told when the recordings' disk fills up, or their bucket does not take them. Plain words, no paths."""

from __future__ import annotations

from concierge.domain.refusals import N_
from concierge.server.house import House
from concierge.server.languages import Reader
from concierge.server.views.frame import Notice, Tone
from concierge.services.disk_watch import DiskLevel

_GIB = 1024**3


def disk_notices(house: House, reader: Reader) -> tuple[Notice, ...]:
    """Return the notices everybody of the desk sees; none while all is well."""
    return tuple(one for one in (_disk(house, reader), _bucket(house, reader)) if one is not None)


def _disk(house: House, reader: Reader) -> Notice | None:
    watch = house.registry.disk
    if watch.level is DiskLevel.PLENTY:
        return None
    words = {
        DiskLevel.LOW: N_("%(free)s GiB are left for recordings. An administrator should make room."),
        DiskLevel.NEARLY_FULL: N_(
            "%(free)s GiB are left for recordings. Running sessions go on; no new one can be opened until an administrator has made room."
        ),
        DiskLevel.FULL: N_(
            "There is no room left for recordings. All sessions are paused and go on by themselves when an administrator has made room."
        ),
    }[watch.level]
    text = reader.gettext(words) % {"free": f"{watch.space.free / _GIB:.1f}"}
    tone: Tone = "warn" if watch.level is DiskLevel.LOW else "bad"
    return Notice(tone, text, reader.gettext(N_("The disk for recordings is filling up")))


def _bucket(house: House, reader: Reader) -> Notice | None:
    state = None if house.storing is None else house.storing.state
    if state is None or not (state.fault or state.wrong):
        return None
    words = N_(
        "Finished recordings wait on this server's disk. Sessions are not affected as long as it has room. An administrator should look."
    )
    return Notice(
        "warn", reader.gettext(words), reader.gettext(N_("The recordings' bucket does not take them"))
    )
