"""Message catalogues: gathers every text for people, updates the translations, compiles them.

``python deploy/dev/catalogues.py update|compile``. One catalogue serves Python, templates and TypeScript: compiled
it is ``messages.mo`` for the broker, ``recorder.mo`` for the recorder (which stands without the broker) and
``web/static/build/messages/<language>.json`` for the browser. English is the source and needs no catalogue. It never
drops a translation: translated texts no longer used stay as obsolete entries.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "concierge" / "locale"
TEMPLATE = LOCALE / "messages.pot"
RECORDER = ROOT / "recorder" / "locale"
BROWSER = ROOT / "web" / "static" / "build" / "messages"
LANGUAGES = ("de",)

Keywords = dict[str, tuple[int, ...] | None]
PYTHON: Keywords = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
TYPESCRIPT: Keywords = {"t": None, "tn": (1, 2)}
SOURCES: tuple[tuple[str, str, str, Keywords], ...] = (
    ("concierge", "*.py", "python", PYTHON),
    ("recorder", "*.py", "python", PYTHON),
    ("web/templates", "*.html", "jinja2", PYTHON),
    ("web/templates", "*.txt", "jinja2", PYTHON),
    ("web/src", "*.ts", "javascript", TYPESCRIPT),
)
JINJA = {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "trimmed": "true", "silent": "false"}


def texts() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield ``(file, text)`` for every text for people; a plural one is a pair."""
    for folder, pattern, method, keywords in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            options = JINJA if method == "jinja2" else {"parse_template_string": "true"}
            found = extract_from_file(method, str(path), keywords, ("NOTE:",), dict(options))
            for _line, text, _comments, _context in found:
                if text:
                    yield path.relative_to(ROOT).as_posix(), text


def gather() -> Catalog:
    """Return the template catalogue: every text with the files it stands in."""
    catalog = Catalog(project="concierge", charset="utf-8")
    for path, text in texts():
        catalog.add(text, locations=[(path, 0)])
    return catalog


def translation(language: str) -> Path:
    """Return the path of the catalogue of ``language``."""
    return LOCALE / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """Read the catalogue of ``language``, or begin an empty one."""
    path = translation(language)
    if not path.is_file():
        return Catalog(locale=language, project="concierge", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def written(catalog: Catalog) -> str:
    """Return ``catalog`` as a file, without dates or line numbers, so that only changes of text change the file."""
    content = io.BytesIO()
    write_po(content, catalog, width=110, sort_output=True, include_lineno=False, omit_header=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    if catalog.locale is not None:
        head += f'"Language: {catalog.locale}\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n'
    return f"{head}\n{content.getvalue().decode().strip()}\n".rstrip() + "\n"


def updated(language: str, template: Catalog) -> Catalog:
    """Return the catalogue of ``language`` with exactly the texts of ``template``; old translations stay as obsolete."""
    catalog = read(language)
    # No guessing: a fuzzy match shows a person the wrong sentence.
    catalog.update(template, no_fuzzy_matching=True)
    for key in [key for key, old in catalog.obsolete.items() if not translated(old)]:
        del catalog.obsolete[key]
    return catalog


def update() -> None:
    """Gather all texts anew and carry them into every translation."""
    template = gather()
    TEMPLATE.write_text(written(template), encoding="utf-8")
    for language in LANGUAGES:
        catalog = updated(language, template)
        path = translation(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(catalog), encoding="utf-8")
        missing = sum(1 for message in catalog if message.id and not translated(message))
        print(f"{language}: {len(catalog)} texts, {missing} without translation")


def translated(message: Message) -> bool:
    """Return whether every form of ``message`` has a translation."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(forms)


def for_browser(catalog: Catalog) -> dict[str, object]:
    """Return what web/src/i18n.ts reads: the plural rule and the translated texts of the TypeScript sources."""
    chosen: dict[str, str | list[str]] = {}
    for message in catalog:
        in_browser = any(path.startswith("web/src/") for path, _line in message.locations)
        if not (message.id and in_browser and translated(message)):
            continue
        if isinstance(message.id, tuple | list):
            chosen[message.id[0]] = list(message.string)
        else:
            chosen[message.id] = str(message.string)
    return {"locale": str(catalog.locale), "plural": catalog.plural_expr, "messages": chosen}


def for_recorder(catalog: Catalog) -> Catalog:
    """Return the texts of the recorder alone."""
    chosen = Catalog(locale=catalog.locale, project="recorder", charset="utf-8")
    for message in catalog:
        if message.id and any(path.startswith("recorder/") for path, _line in message.locations):
            chosen.add(message.id, message.string)
    return chosen


def compile_all() -> None:
    """Write messages.mo for the broker, recorder.mo for the recorder and <language>.json for the browser."""
    BROWSER.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        catalog = read(language)
        with translation(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
        own = RECORDER / language / "LC_MESSAGES" / "recorder.mo"
        own.parent.mkdir(parents=True, exist_ok=True)
        with own.open("wb") as file:
            write_mo(file, for_recorder(catalog))
        content = json.dumps(for_browser(catalog), ensure_ascii=False, sort_keys=True, indent=1)
        (BROWSER / f"{language}.json").write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    {"update": update, "compile": compile_all}[sys.argv[1]]()
