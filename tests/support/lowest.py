"""Write the lowest versions that pyproject.toml allows, as constraints for pip.

That is of the dependencies and of the extras: of what users install. Needs nothing but Python, as
it comes before anything is installed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)(\[[\w,]*\])?(>=|~=|==)(?P<lowest>[\w.]+)(,.*)?", re.ASCII
)


def lowest(requirements: Iterable[str]) -> list[str]:
    """Return a constraint for each requirement: the version that it begins with.

    :raises ValueError: one has no lower bound, or is written in a way that is not known here.
    """
    found = []
    for requirement in requirements:
        match = _REQUIREMENT.fullmatch(requirement.replace(" ", ""))
        if match is None:
            raise ValueError(f"{requirement!r} has no lower bound")
        found.append(f"{match['name']}=={match['lowest']}")
    return found


def of_users(project: dict[str, Any]) -> list[str]:
    """Return what users install: the dependencies, and those of all extras."""
    extras = project["optional-dependencies"].values()
    return [*project["dependencies"], *(each for extra in extras for each in extra)]


if __name__ == "__main__":
    table = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write("\n".join(lowest(of_users(table["project"]))) + "\n")
