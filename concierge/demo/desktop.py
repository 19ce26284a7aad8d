"""The customer's screen in the earlier session: an invented desktop with a label printer set to the wrong label size.

Every picture is a function of the time; nothing is remembered between pictures but what was drawn already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from concierge.demo.canvas import Canvas, Colour
from concierge.demo.glyphs import width_of

WIDTH: Final = 1280
HEIGHT: Final = 720
WRONG_SIZE: Final = "Letter 8.5 × 11 in"
RIGHT_SIZE: Final = "57 × 32 mm label"

_INK: Final[Colour] = (32, 37, 48)
_SOFT: Final[Colour] = (104, 112, 128)
_PAPER: Final[Colour] = (252, 253, 255)
_LINE: Final[Colour] = (202, 208, 220)
_BLUE: Final[Colour] = (38, 92, 178)
_PALE: Final[Colour] = (226, 236, 252)
_GREEN: Final[Colour] = (30, 130, 84)
_RED: Final[Colour] = (184, 48, 52)
_WHITE: Final[Colour] = (255, 255, 255)

# Where things are on the screen, so that the pointer and the marks find them: x, y.
PREFERENCES_BUTTON: Final = (1000, 508)
SIZE_FIELD: Final = (740, 230)
SIZE_CHOICE: Final = (720, 348)
APPLY_BUTTON: Final = (862, 506)
TEST_BUTTON: Final = (690, 506)


@dataclass(frozen=True, slots=True)
class Look:
    """What the screen shows at one instant. `percent` is how far the progress bar is, None without one."""

    scene: str
    pointer: tuple[int, int]
    percent: int | None = None


# From this second of the session on, this is on the screen.
_SCENES: Final = (
    (0.0, "queue"),
    (38.0, "wrong"),
    (83.0, "menu"),
    (86.5, "right"),
    (99.0, "printed"),
)
# The pointer is at this place at this second, and moves evenly in between.
_PATH: Final = (
    (24.0, (420, 620)),
    (27.0, (520, 300)),
    (30.0, (610, 330)),
    (34.5, (612, 332)),
    (37.6, PREFERENCES_BUTTON),
    (40.0, PREFERENCES_BUTTON),
    (43.0, (700, 330)),
    (46.0, SIZE_FIELD),
    (80.0, (660, 420)),
    (82.6, SIZE_FIELD),
    (83.4, SIZE_FIELD),
    (86.2, SIZE_CHOICE),
    (87.0, SIZE_CHOICE),
    (88.6, APPLY_BUTTON),
    (96.5, APPLY_BUTTON),
    (98.8, TEST_BUTTON),
    (101.0, TEST_BUTTON),
    (104.0, (930, 420)),
)
_PROGRESS: Final = (89.0, 96.0)


def look_at(second: float) -> Look:
    """Return what the screen shows so many seconds after the session opened."""
    scene = next(name for since, name in reversed(_SCENES) if second >= since)
    begins, ends = _PROGRESS
    percent = round(100 * (second - begins) / (ends - begins)) if begins <= second < ends else None
    return Look(scene, _pointer_at(second), percent)


def _pointer_at(second: float) -> tuple[int, int]:
    for (since, (from_x, from_y)), (until, (to_x, to_y)) in pairwise(_PATH):
        if second < until:
            part = max(0.0, (second - since) / (until - since))
            eased = part * part * (3 - 2 * part)
            return round(from_x + (to_x - from_x) * eased), round(from_y + (to_y - from_y) * eased)
    return _PATH[-1][1]


class Desktop:
    """Draws looks; a scene is drawn once and copied afterwards. `clock` is the time of day on its taskbar."""

    def __init__(self, clock: Callable[[float], str]) -> None:
        self._clock = clock
        self._scenes: dict[str, Canvas] = {}

    def picture(self, second: float) -> Canvas:
        """Return the screen so many seconds after the session opened."""
        look = look_at(second)
        if look.scene not in self._scenes:
            self._scenes[look.scene] = _drawn(look.scene)
        canvas = self._scenes[look.scene].copy()
        canvas.text(1166, 688, self._clock(second), _WHITE)
        if look.percent is not None:
            _progress(canvas, look.percent)
        canvas.pointer(*look.pointer)
        return canvas


def _drawn(scene: str) -> Canvas:
    canvas = Canvas(WIDTH, HEIGHT)
    _background(canvas)
    _queue_window(canvas, printed=scene == "printed")
    if scene in ("wrong", "menu", "right"):
        _preferences(canvas, WRONG_SIZE if scene != "right" else RIGHT_SIZE, right=scene == "right")
    if scene == "menu":
        _size_menu(canvas)
    if scene == "printed":
        _test_label(canvas)
    return canvas


def _background(canvas: Canvas) -> None:
    for y in range(0, HEIGHT, 8):
        canvas.box(0, y, WIDTH, 8, (34 + y // 16, 74 + y // 14, 104 + y // 12))
    for number, name in enumerate(("Patient list", "Dispensary", "Shared files", "Printers")):
        y = 40 + number * 104
        canvas.panel(44, y, 52, 46, (236, 241, 248), (160, 178, 200))
        canvas.box(54, y + 12, 32, 4, _BLUE)
        canvas.box(54, y + 22, 24, 4, _SOFT)
        canvas.text(24, y + 54, name, _WHITE)
    canvas.box(0, 672, WIDTH, 48, (24, 32, 48))
    canvas.panel(14, 680, 32, 32, _BLUE, _BLUE)
    canvas.text(24, 687, "L", _WHITE, 2)
    canvas.panel(62, 680, 246, 32, (52, 64, 86), (52, 64, 86))
    canvas.text(76, 688, "Printers and labels", _WHITE)


def _window(canvas: Canvas, box: tuple[int, int, int, int], title: str) -> None:
    x, y, width, height = box
    canvas.shade(x + 8, y + 10, width, height, 35)
    canvas.panel(x, y, width, height, _PAPER, (120, 132, 152))
    canvas.box(x + 1, y + 1, width - 2, 38, (240, 243, 249))
    canvas.box(x + 1, y + 39, width - 2, 1, _LINE)
    canvas.text(x + 16, y + 12, title, _INK)
    canvas.text(x + width - 28, y + 11, "×", _SOFT)


def _button(canvas: Canvas, centre: tuple[int, int], label: str, *, main: bool = False) -> None:
    x, y = centre[0] - 78, centre[1] - 18
    canvas.panel(x, y, 156, 36, _BLUE if main else (244, 246, 250), _BLUE if main else _LINE)
    canvas.text(centre[0] - width_of(label, 2) // 2, y + 10, label, _WHITE if main else _INK)


def _queue_window(canvas: Canvas, *, printed: bool) -> None:
    _window(canvas, (196, 56, 900, 498), "Printers and labels")
    canvas.box(197, 96, 220, 457, (244, 247, 252))
    canvas.box(417, 96, 1, 457, _LINE)
    for number, name in enumerate(("Front desk A4", "LBL-PHARM-02", "Ward 3 wristbands")):
        y = 116 + number * 44
        if number == 1:
            canvas.box(197, y - 10, 220, 38, _PALE)
            canvas.box(197, y - 10, 4, 38, _BLUE)
        canvas.text(216, y, name, _INK if number == 1 else _SOFT)
    canvas.text(440, 112, "LBL-PHARM-02", _INK, 3)
    canvas.text(440, 150, "Label printer, Hamburg pharmacy, driver 7.4.1", _SOFT)
    jobs = (
        ("Blister label, bed 12", "blank"),
        ("Blister label, bed 14", "blank"),
        ("Syringe label, ward 3", "blank"),
        ("Test label", "printed" if printed else "blank"),
    )
    canvas.box(440, 188, 632, 1, _LINE)
    for number, (job, state) in enumerate(jobs):
        y = 204 + number * 46
        canvas.text(452, y, job, _INK)
        canvas.text(
            840,
            y,
            "✓ printed" if state == "printed" else "comes out blank",
            _GREEN if state == "printed" else _RED,
        )
        canvas.box(440, y + 30, 632, 1, (228, 232, 240))
    _button(canvas, PREFERENCES_BUTTON, "Preferences")


def _preferences(canvas: Canvas, size: str, *, right: bool) -> None:
    _window(canvas, (430, 150, 530, 398), "Preferences: LBL-PHARM-02")
    rows = (
        ("Label size", size),
        ("Darkness", "12" if right else "8"),
        ("Speed", "102 mm/s"),
        ("Driver", "7.4.1, updated last night"),
    )
    for number, (name, value) in enumerate(rows):
        y = 210 + number * 58
        canvas.text(456, y + 10, name, _SOFT)
        wrong = number == 0 and not right
        canvas.panel(590, y, 344, 38, _WHITE, _RED if wrong else _LINE)
        canvas.text(604, y + 11, value, _INK)
        if number == 0:
            canvas.text(908, y + 10, "▾", _SOFT)
    _button(canvas, TEST_BUTTON, "Test label")
    _button(canvas, APPLY_BUTTON, "Apply", main=True)


def _size_menu(canvas: Canvas) -> None:
    canvas.shade(594, 252, 344, 126, 25)
    canvas.panel(590, 248, 344, 126, _WHITE, (120, 132, 152))
    for number, size in enumerate((WRONG_SIZE, "100 × 50 mm label", RIGHT_SIZE)):
        y = 250 + number * 41
        if size == RIGHT_SIZE:
            canvas.box(591, y, 342, 40, _PALE)
        canvas.text(604, y + 12, size, _BLUE if size == RIGHT_SIZE else _INK)


def _progress(canvas: Canvas, percent: int) -> None:
    _window(canvas, (470, 300, 450, 130), "Applying")
    canvas.text(492, 354, f"Restarting the print queue, {percent} %", _INK)
    canvas.panel(492, 388, 406, 20, (232, 236, 244), _LINE)
    canvas.box(494, 390, 402 * percent // 100, 16, _BLUE)


def _test_label(canvas: Canvas) -> None:
    _window(canvas, (600, 330, 520, 290), "Test label, as printed")
    canvas.shade(644, 398, 436, 196, 12)
    canvas.panel(638, 392, 436, 196, _WHITE, _SOFT)
    canvas.text(660, 410, "LINDMOOR CLINICS", _INK, 3)
    canvas.text(660, 448, "Hamburg pharmacy", _INK)
    canvas.text(660, 476, "Label 57 × 32 mm, darkness 12", _INK)
    for number in range(60):
        width = 2 if number * 7 % 5 < 3 else 4
        canvas.box(660 + number * 6, 508, width, 44, _INK)
    canvas.text(660, 562, "TEST 0042", _INK)
    canvas.text(900, 562, "✓ readable", _GREEN)
