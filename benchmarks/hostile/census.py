"""What is alive in this process; copied beside the apps that are attacked."""

from __future__ import annotations

import asyncio
import gc
import os
from typing import Any


def take(manager: Any) -> dict[str, int]:
    """Count tasks but this request's own, descriptors, clients, and bytes in memory."""
    gc.collect()
    stats = manager.stats()
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    return {
        "tasks": len(asyncio.all_tasks()),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "connections": stats["connections"],
        "sessions": stats["sessions"],
        "users": stats["users"],
        "queued_bytes": stats["queued_bytes"],
        "rss": pages * os.sysconf("SC_PAGE_SIZE"),
    }
