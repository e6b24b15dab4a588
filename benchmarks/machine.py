"""What the numbers are of: the machine, and the versions of all that takes part."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers import nginx

VERSIONS = (
    "quart-video",
    "quart",
    "hypercorn",
    "uvicorn",
    "granian",
    "uvloop",
    "httptools",
    "starlette",
    "aiohttp",
)


def describe_machine() -> dict[str, str]:
    """Say what the numbers are of."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    versions = [f"{name} {version}" for name in VERSIONS if (version := _version(name))]
    if path := nginx():
        answer = subprocess.run([path, "-v"], capture_output=True, text=True, check=False)
        versions.append(answer.stderr.strip().rpartition(": ")[2].replace("/", " "))
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": f"{os.cpu_count()} x {cpu}",
        "system": f"Linux {platform.release()}",
        "python": f"Python {platform.python_version()}",
        "load": f"{os.getloadavg()[0]:.2f}",
        "versions": ", ".join(versions),
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
