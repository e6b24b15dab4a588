"""Where answers are kept for a view that has them in memory. It imports nothing else of ours."""

from hashlib import sha256

ANSWERS = ".answers"
"""Folder beside that which is served."""


def answer_name(query: bytes) -> str:
    """Return the name of the file with the answer to a query."""
    return sha256(query).hexdigest()[:16] + ".json"
