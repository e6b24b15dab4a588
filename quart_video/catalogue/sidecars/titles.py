"""What a file name says to people. Pure."""

from __future__ import annotations


def stem_of(name: str) -> str:
    """Return *name* without its extension."""
    stem, _, _ = name.rpartition(".")
    return stem or name


def title_of(name: str) -> str:
    """Return the title of the video called *name*.

    That is the name without its extension, underscores read as spaces, runs of spaces as one.
    Where that leaves nothing, it is the name as it is.
    """
    return " ".join(stem_of(name).replace("_", " ").split()) or name
