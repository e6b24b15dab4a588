"""What the numbers are of: the machine, and the versions of all that takes part."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.commands import found

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
    if path := found("nginx"):
        versions.append(_words(path, "-v").rpartition(": ")[2].replace("/", " "))
    if path := found("caddy"):
        versions.append(f"caddy {_words(path, 'version').partition(' ')[0]}")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": f"{os.cpu_count()} x {cpu}",
        "system": f"Linux {platform.release()}",
        "python": f"Python {platform.python_version()}",
        "load": f"{os.getloadavg()[0]:.2f}",
        "versions": ", ".join(versions),
    }


def _words(*command: str) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return (answer.stdout or answer.stderr).strip()


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
