from __future__ import annotations

from concierge.domain.capability import Capability
from concierge.domain.surface import Surface, SurfaceKind, seen_with
from tests.cast import CUSTOMER, SURFACE


def test_a_camera_is_seen_with_a_capability_of_its_own_and_a_screen_never_with_it() -> None:
    for kind in SurfaceKind:
        needed = Surface(SURFACE, CUSTOMER.id, kind).seen_with
        assert needed is seen_with(kind)
        assert (needed is Capability.VIEW_CAMERA) == (kind is SurfaceKind.CAMERA)
        assert needed in {Capability.VIEW_CAMERA, Capability.VIEW_SCREEN}
