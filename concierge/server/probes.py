"""For machines that watch: alive, ready, and numbers for Prometheus. Nothing here names a person or a ticket."""

from __future__ import annotations

import asyncio

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response

from concierge.domain import limits
from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.reasons import PauseReason
from concierge.server.asked import Asked
from concierge.server.house import House
from concierge.services.disk_watch import DiskLevel
from concierge.services.ports import StoreUnavailable
from concierge.services.tools import Tools

TEXT = "text/plain; version=0.0.4; charset=utf-8"


async def healthz(asked: Asked) -> Response:  # noqa: ARG001 - the shape of an endpoint
    """The process answers."""
    return PlainTextResponse("ok\n")


async def readyz(asked: Asked) -> Response:
    """The process can do its work: database, recorder, policies and disk, a line each; 503 when one of them does not.

    What is bad and stops nothing yet (a disk that fills up, a bucket that is away) makes it "degraded", with 200.
    """
    tools = asked.house.tools
    faults = {
        "database": _database_fault(tools),
        "recorder": _recorder_fault(tools),
        "policies": _policies_fault(tools),
        "keys": asked.house.key_watch.fault(),
    }
    told = dict(zip(faults, await asyncio.gather(*faults.values()), strict=True))
    full, worries = _disk_fault(asked.house), _worries(asked.house)
    if not told["database"] and not told["keys"]:
        worries["keys"] = await asked.house.key_watch.lost()
    lines = [f"{part}: {fault or 'works'}" for part, fault in (told | {"disk": full} | worries).items()]
    ready = not (any(told.values()) or full)
    verdict = "not ready" if not ready else "degraded" if any(worries.values()) else "ready"
    return PlainTextResponse("\n".join([verdict, *lines, ""]), 200 if ready else 503)


def _disk_fault(house: House) -> str:
    return "full: sessions are paused" if house.registry.disk.level is DiskLevel.FULL else ""


def _worries(house: House) -> dict[str, str]:
    """What stops nothing yet, by part."""
    worries = {}
    level, space = house.registry.disk.level, house.registry.disk.space
    if level in (DiskLevel.LOW, DiskLevel.NEARLY_FULL):
        refuses = ", no session is opened" if level is DiskLevel.NEARLY_FULL else ""
        worries["disk"] = (
            f"{level.name.lower().replace('_', ' ')}: {100 * space.free // space.total} % free{refuses}"
        )
    if house.storing is not None:
        state = house.storing.state
        worries["bucket"] = state.fault or state.wrong
    checkpoints = house.checkpoints
    if checkpoints is not None and checkpoints.witnesses:
        silent = sorted(checkpoints.silent)
        worries["witnesses"] = f"not cosigned by {', '.join(silent)}" if silent else ""
    return worries


async def _database_fault(tools: Tools) -> str:
    try:
        async with asyncio.timeout(limits.READY_WAIT_MS / 1000):
            await tools.audit.tail(1)
    except (StoreUnavailable, TimeoutError):
        return "does not answer"
    return ""


async def _recorder_fault(tools: Tools) -> str:
    try:
        await tools.evidence.try_out()
    except EvidenceUnavailable as error:
        return f"cannot write: {error}"
    return ""


async def _policies_fault(tools: Tools) -> str:
    return "" if tools.policy.works() else "cannot decide"


async def metrics(asked: Asked) -> Response:
    """The numbers."""
    registry = CollectorRegistry()
    registry.register(Numbers(asked.house))
    return Response(generate_latest(registry), media_type=TEXT)


class Numbers(Collector):
    """Counted when asked, from what is live."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> list[Metric]:
        """Return every number."""
        lives = self._house.registry.all()
        states = GaugeMetricFamily("concierge_sessions", "Live sessions by state", labels=["state"])
        roles = GaugeMetricFamily(
            "concierge_participants", "Seats taken in live sessions by role", labels=["role"]
        )
        by_state: dict[str, int] = {}
        by_role: dict[str, int] = {}
        for live in lives:
            by_state[live.decided.state] = by_state.get(live.decided.state, 0) + 1
            for seat in live.decided.present():
                by_role[seat.who.role] = by_role.get(seat.who.role, 0) + 1
        for state, count in sorted(by_state.items()):
            states.add_metric([state], count)
        for role, count in sorted(by_role.items()):
            roles.add_metric([role], count)
        stopped = sum(PauseReason.RECORDING_UNAVAILABLE in live.decided.pauses for live in lives)
        return [
            states,
            roles,
            self._gauge("concierge_connections", "Pages connected to live sessions", sum(len(live.hub.connected()) for live in lives)),
            self._gauge("concierge_evidence_lag_seconds_max", "How far the slowest live recording is behind", max((live.backdrop.lag_ms for live in lives), default=0) / 1000),
            self._gauge("concierge_recordings_unavailable", "Live sessions paused because they cannot be recorded", stopped),
            *self._storage(),
            *self._witnesses(),
            *self._traffic(),
        ]  # fmt: skip

    def _traffic(self) -> list[Metric]:
        """Few labels on purpose: numbers for each session would grow without end, and tell who talks to whom."""
        labels = ["direction", "kind"]
        packets = CounterMetricFamily(
            "concierge_media_packets", "RTP packets from publishers and to viewers", labels=labels
        )
        octets = CounterMetricFamily(
            "concierge_media_bytes", "RTP bytes from publishers and to viewers", labels=labels
        )
        for counted in self._house.tools.media.traffic():
            packets.add_metric([counted.direction, counted.kind], counted.packets)
            octets.add_metric([counted.direction, counted.kind], counted.octets)
        return [packets, octets]

    def _witnesses(self) -> list[Metric]:
        checkpoints = self._house.checkpoints
        if checkpoints is None:
            return []
        return [
            self._gauge("concierge_witnesses", "Witnesses asked to cosign the audit log", len(checkpoints.witnesses)),
            self._gauge("concierge_witnesses_silent", "Of these, how many did not cosign its newest checkpoint", len(checkpoints.silent)),
        ]  # fmt: skip

    def _storage(self) -> list[Metric]:
        disk, storing = self._house.registry.disk, self._house.storing
        numbers = [
            self._gauge("concierge_disk_total_bytes", "Size of the disk under the recordings", disk.space.total),
            self._gauge("concierge_disk_free_bytes", "What may still be written to it", disk.space.free),
            self._gauge("concierge_disk_level", "0 plenty, 1 low, 2 no session is opened, 3 sessions are paused", disk.level),
        ]  # fmt: skip
        if storing is not None:
            state = storing.state
            now = self._house.tools.clock.wall()
            away_s = 0.0 if state.since_ms is None else (now - state.since_ms) / 1000
            numbers += [
                self._gauge("concierge_bucket_waiting_bytes", "Recorded bytes planned and not in the bucket yet", state.waiting_bytes),
                self._gauge("concierge_bucket_stored_recordings", "Recordings that are wholly in the bucket", state.stored),
                self._gauge("concierge_bucket_unavailable_seconds", "For how long the bucket has not taken anything", away_s),
                self._gauge("concierge_bucket_wrong", "1 when a recording cannot be stored and somebody has to look", bool(state.wrong)),
            ]  # fmt: skip
        return numbers

    @staticmethod
    def _gauge(name: str, words: str, value: float) -> Metric:
        return GaugeMetricFamily(name, words, value=value)
