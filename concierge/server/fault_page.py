"""The error page. It must be shown even where nothing else of the request could be read."""

from __future__ import annotations

from starlette.requests import Request

from concierge.server.house import PRODUCT, House
from concierge.server.languages import Reader, preferred, zone_of
from concierge.server.views.frame import Frame
from concierge.server.views.public import ErrorView
from concierge.server.views.rendering import render


def fault_page(request: Request, status: int, reference: str | None, wait_seconds: int | None) -> str:
    """Return the HTML of the error page, with no form and nothing about who asks."""
    house: House = request.app.state.house
    language = preferred(request.cookies.get("language", ""), request.headers.get("accept-language", ""))
    reader: Reader = getattr(request.state, "reader", None) or Reader(
        language, zone_of("", house.settings.time_zone), house.settings.time_zone, house.tools.clock.wall()
    )
    installation = house.tools.installation
    view = ErrorView(
        frame=Frame(
            product=PRODUCT,
            organisation=installation.organisation,
            csrf="",
            locale=reader.language,
            desk_phone=installation.desk_phone or None,
        ),
        status=status,  # type: ignore[arg-type]
        reference=reference,
        wait_seconds=wait_seconds,
        home="desk" if getattr(request.state, "signed_in", False) else "portal",
    )
    return render(house.environment(reader.language), view)
