"""Every address a page can point to, by name: templates never write a path.

Rule: one table, and one function that fills it. A missing, surplus or empty part is an error, never a broken link.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter
from urllib.parse import quote, urlencode

PATHS: dict[str, str] = {
    "portal": "/",
    "join_code": "/join",
    "join": "/join/{secret}",
    "alarm": "/alarm",
    "join_alarm": "/join/{secret}/alarm",
    "receipt_felt": "/receipts/{secret}/impression",
    "receipt_forget": "/receipts/{secret}/forget",
    "customer_over": "/session/{session_id}/over",
    "receipt_alarm": "/receipts/{secret}/alarm",
    "alarm_seen": "/alarms/{alarm_id}/seen",
    "customer": "/session/{session_id}",
    "phone_link": "/session/{session_id}/phone-link",
    "phone": "/session/{session_id}/phone",
    "phone_landing": "/phone/{secret}",
    "receipt": "/receipts/{secret}",
    "sign_in": "/sign-in",
    "sign_in_totp": "/sign-in/totp",
    "enter": "/enter/{secret}",
    "sign_out": "/sign-out",
    "desk": "/desk",
    "help_now": "/desk/help-now",
    "ticket": "/tickets/{ticket_id}",
    "ticket_note": "/tickets/{ticket_id}/notes",
    "ticket_session": "/tickets/{ticket_id}/sessions",
    "search": "/search",
    "console": "/sessions/{session_id}",
    "pick_up": "/sessions/{session_id}/pick-up",
    "shift": "/shift",
    "care_offer": "/shift/invites/{invite_id}/offer",
    "care_answer": "/shift/invites/{invite_id}/answer",
    "invites": "/invites",
    "invite_new": "/invites/new",
    "invite_create": "/invites",
    "invite_pin": "/invites/{invite_id}/pin",
    "invite_thaw": "/invites/{invite_id}/thaw",
    "invite_revoke": "/invites/{invite_id}/revoke",
    "invite_landing": "/invite/{secret}",
    "invite_redeem": "/invite/{secret}/redeem",
    "connection_test": "/ws/connection-test",
    "vendor": "/vendor/{session_id}",
    "recordings": "/recordings",
    "replay": "/recordings/{recording_id}",
    "custody": "/recordings/{recording_id}/custody",
    "custody_hold": "/recordings/{recording_id}/hold",
    "custody_release": "/recordings/{recording_id}/release",
    "custody_erase": "/recordings/{recording_id}/erase",
    "export": "/recordings/{recording_id}/export",
    "audit_report": "/audit/report",
    "auditor_links": "/recordings/{recording_id}/links",
    "auditor_link_revoke": "/recordings/{recording_id}/links/{link_id}/revoke",
    "watch": "/watch/{secret}",
    "watching": "/watching/{recording_id}",
    "watching_script": "/watching/{recording_id}/script",
    "watching_media": "/watching/{recording_id}/media",
    "watching_sealed": "/watching/{recording_id}/sealed",
    "watch_live": "/recordings/{recording_id}/live",
    "replay_script": "/api/v1/recordings/{recording_id}/script",
    "replay_media": "/api/v1/recordings/{recording_id}/media",
    "replay_sealed": "/api/v1/recordings/{recording_id}/sealed",
    "account": "/account",
    "account_theme": "/account/theme",
    "account_sign_out": "/account/sign-ins/{sign_in_id}/end",
    "account_sign_out_others": "/account/sign-ins/end-others",
    "account_password": "/account/password",
    "account_totp_start": "/account/totp/start",
    "account_totp_confirm": "/account/totp/confirm",
    "account_totp_remove": "/account/totp/remove",
    "account_picture": "/account/picture",
    "account_picture_remove": "/account/picture/remove",
    "portrait": "/portraits/{address}",
    "people": "/people",
    "person_disable": "/people/{person_id}/disable",
    "person_enable": "/people/{person_id}/enable",
    "account_key_issue": "/account/keys",
    "account_key_revoke": "/account/keys/{key_id}/revoke",
    "api_docs": "/api/docs",
    "api_openapi": "/api/openapi.json",
    "language": "/language",
}


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below `base`: "" at the root of a host, or "/help" without a slash at the end."""

    base: str = ""

    def url(self, name: str, /, query: dict[str, str] | None = None, **parts: str) -> str:
        """Return the path called `name` with `parts` filled in and quoted; raise KeyError or ValueError when they do not fit."""
        pattern = PATHS[name]
        wanted = {field for _, field, _, _ in Formatter().parse(pattern) if field}
        if wanted != set(parts) or not all(parts.values()):
            raise ValueError(f"{name} needs exactly {sorted(wanted)}")
        path = pattern.format(**{key: quote(part, safe="") for key, part in parts.items()})
        return f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")

    def static(self, file: str) -> str:
        """Return the path of a file below web/static, such as "css/base.css"."""
        return f"{self.base}/static/{quote(file)}"
