"""The least that Quart can do: a view that returns nothing."""

from quart import Quart

app = Quart(__name__)


@app.get("/videos/<name>")
async def nothing(name: str) -> bytes:  # noqa: ARG001 - routed as a film is
    """Answer with an empty body."""
    return b""
