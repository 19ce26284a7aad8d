"""The closed lists of why a session pauses and why it ends."""

from __future__ import annotations

from enum import StrEnum


class PauseReason(StrEnum):
    """Why media and input are stopped while the session is kept. Several can hold at once."""

    HOST_LOST = "host_lost"
    HOST_LEFT = "host_left"
    HOST_PAUSED = "host_paused"
    CUSTOMER_LOST = "customer_lost"
    CUSTOMER_PAUSED = "customer_paused"
    CUSTOMER_AWAY = "customer_away"
    RECORDING_UNAVAILABLE = "recording_unavailable"
    BROKER_RESTARTED = "broker_restarted"
    DISK_FULL = "disk_full"


class EndReason(StrEnum):
    """Why a session is over. Final."""

    COMPLETED = "completed"
    CUSTOMER_STOPPED = "customer_stopped"
    CUSTOMER_ALARMED = "customer_alarmed"
    CUSTOMER_LEFT = "customer_left"
    CUSTOMER_LOST = "customer_lost"
    HOST_LEFT = "host_left"
    HOST_LOST = "host_lost"
    NOT_JOINED = "not_joined"
    RECORDING_REFUSED = "recording_refused"
    RECORDING_FAILED = "recording_failed"
    PAUSED_TOO_LONG = "paused_too_long"
    TIME_LIMIT = "time_limit"
    SUPERVISOR_ENDED = "supervisor_ended"
