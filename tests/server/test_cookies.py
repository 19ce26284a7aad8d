from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from concierge.domain.ids import SessionId
from concierge.server.cookies import SEATS_KEPT_MAX, Cookies, Kind, Preference
from concierge.server.settings import ServerSettings

SESSION = SessionId("ses_" + "a" * 26)


def request(cookies: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", cookies.encode())]})


def set_by(response: Response) -> list[str]:
    return response.headers.getlist("set-cookie")


def test_over_https_a_cookie_is_bound_to_this_host() -> None:
    cookies, response = Cookies(ServerSettings("https://desk.example.org")), Response()
    cookies.write_sign_in(response, "secret")
    (line,) = set_by(response)
    assert line.startswith("__Host-concierge_sign_in=secret;")
    assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(line.split("; "))
    assert "Domain" not in line
    assert cookies.read(request("__Host-concierge_sign_in=secret"), Kind.SIGN_IN) == "secret"
    assert cookies.read(request("concierge_sign_in=planted"), Kind.SIGN_IN) == ""


def test_below_a_base_path_a_cookie_reaches_no_further() -> None:
    cookies, response = Cookies(ServerSettings("https://desk.example.org/help")), Response()
    cookies.write_sign_in(response, "secret")
    assert "Path=/help/" in set_by(response)[0].split("; ")
    assert set_by(response)[0].startswith("concierge_sign_in=")


def test_an_absurd_value_is_no_value() -> None:
    cookies = Cookies(ServerSettings("http://localhost:1"))
    assert cookies.read(request("concierge_sign_in=" + "x" * 5000), Kind.SIGN_IN) == ""
    assert cookies.preference(request("theme=" + "x" * 5000), Preference.THEME) == ""


def test_each_session_has_its_own_seat_and_old_ones_go() -> None:
    cookies, response = Cookies(ServerSettings("http://localhost:1")), Response()
    older = "; ".join(f"concierge_seat_ses_{number}=x" for number in range(SEATS_KEPT_MAX + 2))
    cookies.write_seat(request(older), response, SESSION, "secret")
    lines = set_by(response)
    assert sum("Max-Age=0" in line for line in lines) == 3
    assert lines[-1].startswith(f"concierge_seat_{SESSION}=secret")
    assert cookies.read(request(f"concierge_seat_{SESSION}=secret"), Kind.SEAT, SESSION) == "secret"


def test_preferences_can_be_read_by_scripts_and_open_nothing() -> None:
    response = Response()
    Cookies(ServerSettings("http://localhost:1")).prefer(response, Preference.THEME, "dark")
    assert "HttpOnly" not in set_by(response)[0]
    cleared = Response()
    Cookies(ServerSettings("http://localhost:1")).clear(cleared, Kind.SIGN_IN)
    assert "Max-Age=0" in set_by(cleared)[0]
