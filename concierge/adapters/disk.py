"""The file system under the recordings (port Disk), as the kernel counts it."""

from __future__ import annotations

import os
from pathlib import Path

from concierge.services.disk_watch import DiskSpace


class MountedDisk:
    """Disk over the file system that holds a folder. What only root may still use does not count."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def space(self) -> DiskSpace:
        """As the port says."""
        found = os.statvfs(self._folder)
        return DiskSpace(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize)
