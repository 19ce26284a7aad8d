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
from concierge.services.ports import StoreUnavailable
from concierge.services.tools import Tools

TEXT = "text/plain; version=0.0.4; charset=utf-8"


async def healthz(asked: Asked) -> Response:  # noqa: ARG001 - the shape of an endpoint
    """The process answers."""
    return PlainTextResponse("ok\n")


async def readyz(asked: Asked) -> Response:
    """The process can do its work: database, recorder and policies, a line each; 503 when one of them does not."""
    tools = asked.house.tools
    faults = {
        "database": _database_fault(tools),
        "recorder": _recorder_fault(tools),
        "policies": _policies_fault(tools),
    }
    told = dict(zip(faults, await asyncio.gather(*faults.values()), strict=True))
    lines = [f"{part}: {fault or 'works'}" for part, fault in told.items()]
    ready = not any(told.values())
    return PlainTextResponse(
        "\n".join(["ready" if ready else "not ready", *lines, ""]), 200 if ready else 503
    )


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

    @staticmethod
    def _gauge(name: str, words: str, value: float) -> Metric:
        return GaugeMetricFamily(name, words, value=value)
