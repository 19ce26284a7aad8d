from __future__ import annotations

import pytest

from concierge.demo.canvas import Canvas, planes_of
from concierge.demo.glyphs import width_of

RED, WHITE = (255, 0, 0), (255, 255, 255)


def sample(canvas: Canvas, x: int, y: int) -> tuple[int, int, int]:
    colour = y // 2 * (canvas.width // 2) + x // 2
    return canvas.planes[0][y * canvas.width + x], canvas.planes[1][colour], canvas.planes[2][colour]


def test_colours_are_those_of_the_recommendation() -> None:
    assert planes_of((0, 0, 0)) == (16, 128, 128)
    assert planes_of(WHITE) == (235, 128, 128)
    assert planes_of(RED) == (81, 90, 240)


def test_a_box_fills_exactly_its_place() -> None:
    canvas = Canvas(16, 12)
    canvas.box(4, 2, 6, 4, RED)
    assert sample(canvas, 4, 2) == sample(canvas, 9, 5) == planes_of(RED)
    assert {sample(canvas, *point) for point in ((3, 2), (10, 2), (4, 1), (4, 6))} == {planes_of((0, 0, 0))}


@pytest.mark.parametrize(
    "box", [(-8, -8, 10, 10), (14, 10, 50, 50), (40, 40, 4, 4), (-9, 0, 4, 4), (0, 0, 0, 0)]
)
def test_what_lies_outside_is_not_drawn(box: tuple[int, int, int, int]) -> None:
    canvas = Canvas(16, 12)
    canvas.box(*box, WHITE)
    canvas.shade(*box, 50)
    canvas.panel(*box, WHITE, RED)
    canvas.text(box[0], box[1], "Ag", WHITE)
    canvas.pointer(box[0], box[1])
    assert [len(plane) for plane in canvas.planes] == [16 * 12, 48, 48]


def test_a_copy_is_drawn_on_alone() -> None:
    canvas = Canvas(16, 12)
    twin = canvas.copy()
    twin.box(0, 0, 16, 12, WHITE)
    assert sample(canvas, 5, 5) == planes_of((0, 0, 0))
    assert sample(twin, 5, 5) == planes_of(WHITE)
    assert (twin.width, twin.height) == (16, 12)


def test_text_ends_where_its_width_says() -> None:
    canvas = Canvas(200, 40)
    assert canvas.text(10, 8, "Apply", WHITE) == 10 + width_of("Apply", 2)
    assert max(canvas.planes[0]) == 235
    assert not any(value > 16 for value in canvas.planes[0][: 8 * 200])


def test_shade_darkens_and_panel_has_an_edge() -> None:
    canvas = Canvas(16, 12)
    canvas.panel(2, 2, 12, 8, WHITE, RED)
    assert sample(canvas, 8, 2)[0] == planes_of(RED)[0]
    assert sample(canvas, 8, 5)[0] == 235
    canvas.shade(0, 0, 16, 12, 50)
    assert 16 < sample(canvas, 8, 5)[0] < 130


def test_the_tip_of_the_pointer_is_where_it_points() -> None:
    canvas = Canvas(64, 64)
    canvas.box(0, 0, 64, 64, (128, 128, 128))
    grey = canvas.planes[0][0]
    canvas.pointer(20, 30)
    changed = [at for at, value in enumerate(canvas.planes[0]) if value != grey]
    assert changed[0] == 30 * 64 + 20
    assert min(at % 64 for at in changed) == 20


def test_sizes_are_even() -> None:
    with pytest.raises(ValueError, match="even"):
        Canvas(15, 12)
