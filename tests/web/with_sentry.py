"""A process of its own for Sentry, which changes Quart for all that comes after it.

Sends what is to be right around a library, and prints what Sentry would be told, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import sentry_sdk
from quart import Quart
from sentry_sdk.integrations.quart import QuartIntegration

from quart_video import VideoBlueprint
from tests.support.asgi import call
from tests.web.test_neighbours import right


async def _ask(root: Path) -> None:
    app = Quart(__name__)
    # Else it is beside this file, which is the app's.
    app.register_blueprint(VideoBlueprint(media_root=root, cache=root.parent / "sentry"))
    await right(app)
    assert (await call(app, "/videos/none.mp4")).status == 404


def main() -> None:
    """Print the transactions, and the errors among them."""
    events: list[Any] = []
    sentry_sdk.init(
        dsn="http://key@localhost/1",
        integrations=[QuartIntegration()],
        default_integrations=False,
        auto_enabling_integrations=False,
        traces_sample_rate=1.0,
        before_send=lambda event, _: events.append(event),
        before_send_transaction=lambda event, _: events.append(event),
    )
    asyncio.run(_ask(Path(sys.argv[1])))
    json.dump([[event["transaction"], event.get("level")] for event in events], sys.stdout)


if __name__ == "__main__":
    main()
