"""Turns a view into HTML: the one Jinja environment, escaping everything and refusing unknown names.

Rule: a template is given `view` and `frame` and nothing else; `url`, `static` and gettext are the only globals.
"""

from __future__ import annotations

from gettext import NullTranslations
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from concierge.server.views.frame import View
from concierge.server.views.links import Links


def environment(templates: Path, links: Links, translations: NullTranslations) -> Environment:
    """Return the environment of one language: templates from the folder `templates`, addresses from `links`."""
    built = Environment(
        loader=FileSystemLoader(templates),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    built.policies["ext.i18n.trimmed"] = True
    built.globals.update(url=links.url, static=links.static)
    # The i18n extension adds this method to the environment at run time; its stubs do not know.
    install = getattr(built, "install_gettext_translations")  # noqa: B009
    install(translations, newstyle=True)
    return built


def render(built: Environment, view: View) -> str:
    """Return the page that shows `view`."""
    return built.get_template(view.template).render(view=view, frame=view.frame)
