from __future__ import annotations

from gettext import NullTranslations
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from concierge.server.views.links import Links
from concierge.server.views.public import PortalView
from concierge.server.views.rendering import environment, render
from tests.gallery.samples import OUTSIDE


class Shouting(NullTranslations):
    def gettext(self, message: str) -> str:
        return message.upper()


def built(folder: Path, text: str, translations: NullTranslations | None = None) -> str:
    (folder / "portal.html").write_text(text)
    return render(
        environment(folder, Links(), translations or NullTranslations()), PortalView(OUTSIDE, code="<b>&")
    )


def test_everything_is_escaped(tmp_path: Path) -> None:
    assert built(tmp_path, "{{ view.code }}") == "&lt;b&gt;&amp;"


def test_a_name_nobody_gave_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        built(tmp_path, "{{ surprise }}")


def test_text_goes_through_gettext_and_stays_escaped(tmp_path: Path) -> None:
    text = "{% trans code=view.code %}code {{ code }}{% endtrans %}"
    assert built(tmp_path, text) == "code &lt;b&gt;&amp;"
    assert built(tmp_path, "{{ _('stop') }}", Shouting()) == "STOP"
