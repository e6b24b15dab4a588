"""An app, by uvicorn, beside an object store: ``python -m ... APP PORT STORE_PORT COMMAND...``.

The command, nginx, stands in for the store: it takes next to nothing, and knows as much of S3 as
that takes, ranges and tags. It is nobody's child, so that what it takes does not count, but of the
same process group, and ends with it.
"""

import os
import sys


def main(app: str, port: str, store_port: str, command: list[str]) -> None:
    """Start the store, and become the app."""
    if os.fork() == 0:
        if os.fork() == 0:
            os.execv(command[0], command)  # noqa: S606 - the command that was given
        os._exit(0)
    os.wait()
    os.environ["STORE"] = f"http://127.0.0.1:{store_port}"
    options = ["--port", port, "--no-access-log", "--log-level", "warning"]
    options += ["--timeout-graceful-shutdown", "1", f"benchmarks.apps.{app}:app"]
    os.execv(sys.executable, [sys.executable, "-m", "uvicorn", *options])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
