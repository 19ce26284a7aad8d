"""The API's doors of people themselves: signing in and out, one's account, one's seat, one's receipt.

Rule: an account is managed at a sign-in (cookie and X-CSRF), never by a bearer key; a stranger shows a secret.
"""

from __future__ import annotations

from concierge.domain.access import Act
from concierge.server import api_account, api_entry, api_seats, finding
from concierge.server.proofs import Proof
from concierge.server.routing import Door, Endpoint, Open


def _own(
    method: str, path: str, endpoint: Endpoint, act: Act = Act.MANAGE_OWN_ACCOUNT, status: int = 200
) -> Door:
    return Door(method, f"/api/v1/account{path}", endpoint, act, finding.account_signed_in, status=status)


API: tuple[Door, ...] = (
    # --- in and out ---
    Door("POST", "/api/v1/sign-in", api_entry.sign_in, Open.ANYONE, status=201),
    Door("POST", "/api/v1/sign-in/link", api_entry.sign_in_link, Open.PROOF, status=201),
    Door("DELETE", "/api/v1/sign-in", api_entry.sign_out, Open.SIGNED_IN, status=204),
    Door("PUT", "/api/v1/preferences", api_entry.preferences, Open.ANYONE),
    # --- one's account ---
    _own("GET", "", api_account.account),
    _own("GET", "/sign-ins", api_account.sign_ins),
    _own("DELETE", "/sign-ins", api_account.end_others),
    _own("DELETE", "/sign-ins/{sign_in_id}", api_account.end_sign_in, status=204),
    _own("PUT", "/password", api_account.change_password, status=204),
    _own("POST", "/totp/start", api_account.totp_start),
    _own("POST", "/totp/confirm", api_account.totp_confirm, status=204),
    _own("POST", "/totp/remove", api_account.totp_remove, status=204),
    _own("GET", "/keys", api_account.keys),
    _own("POST", "/keys", api_account.issue_key, Act.ISSUE_API_KEY, 201),
    _own("DELETE", "/keys/{key_id}", api_account.revoke_key, Act.ISSUE_API_KEY, 204),
    # --- one's seat, and afterwards ---
    Door("GET", "/api/v1/join", api_seats.look_at_join, Open.PROOF, proof=Proof.JOIN),
    Door("POST", "/api/v1/join", api_seats.join, Open.PROOF, status=201),
    Door("POST", "/api/v1/phone-link", api_seats.phone_link, Open.PROOF, status=201, proof=Proof.SEAT),
    Door("POST", "/api/v1/phone", api_seats.phone, Open.PROOF, status=201),
    Door("GET", "/api/v1/redeem", api_seats.look_at_invitation, Open.PROOF, proof=Proof.INVITE),
    Door("POST", "/api/v1/redeem", api_seats.redeem, Open.PROOF, status=201),
    Door("GET", "/api/v1/receipt", api_seats.receipt, Open.PROOF, proof=Proof.RECEIPT),
    Door("GET", "/api/v1/receipt/signed", api_seats.signed_receipt, Open.PROOF, proof=Proof.RECEIPT),
)
