from __future__ import annotations

from itertools import pairwise

import pytest

from concierge.demo import desktop
from concierge.demo.desktop import HEIGHT, WIDTH, Desktop, look_at

SECONDS = [second / 5 for second in range(600)]


def test_the_pointer_stays_on_the_screen_and_never_jumps_far() -> None:
    places = [look_at(second).pointer for second in SECONDS]
    assert all(0 <= x < WIDTH and 0 <= y < HEIGHT for x, y in places)
    assert len(set(places)) > 100
    steps = [abs(x2 - x1) + abs(y2 - y1) for (x1, y1), (x2, y2) in pairwise(places)]
    assert max(steps) < 120


def test_every_scene_has_its_time() -> None:
    scenes = [look_at(second).scene for second in SECONDS]
    assert list(dict.fromkeys(scenes)) == ["queue", "wrong", "menu", "right", "printed"]


def test_the_progress_bar_rises_once_from_nothing_to_almost_all() -> None:
    shown = [percent for second in SECONDS if (percent := look_at(second).percent) is not None]
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert shown[-1] > 90


@pytest.mark.parametrize(
    ("second", "place"),
    [
        (38.5, desktop.PREFERENCES_BUTTON),
        (83.2, desktop.SIZE_FIELD),
        (86.4, desktop.SIZE_CHOICE),
        (92.0, desktop.APPLY_BUTTON),
        (99.5, desktop.TEST_BUTTON),
    ],
)
def test_the_pointer_is_on_what_is_pressed(second: float, place: tuple[int, int]) -> None:
    assert look_at(second).pointer == place


def test_pictures_are_functions_of_time() -> None:
    screen = Desktop(lambda second: f"10:{int(second) // 60:02}")
    first = screen.picture(45.0)
    assert (first.width, first.height) == (WIDTH, HEIGHT)
    others = [screen.picture(second).planes for second in (30.0, 84.0, 87.0, 91.0, 92.0, 103.0)]
    assert all(planes != first.planes for planes in others)
    assert screen.picture(45.0).planes == first.planes == Desktop(lambda _: "10:00").picture(45.0).planes


def test_the_clock_on_the_taskbar_is_read_from_the_argument() -> None:
    one, other = Desktop(lambda _: "10:14").picture(30.0), Desktop(lambda _: "10:15").picture(30.0)
    changed = [at for at, (a, b) in enumerate(zip(one.planes[0], other.planes[0], strict=True)) if a != b]
    assert changed
    assert all(at // WIDTH > 672 and at % WIDTH > 1160 for at in changed)
