"""The process that is told of changes: ``watcher.py '[[sys.path ...], root, wait, but]'``.

To ask the system takes seconds where there are many folders, and minutes on a slow disk, in which
watchfiles lets no other thread have the interpreter: so it has one of its own. It loads nothing of
ours, and of watchfiles what is in Rust alone: the rest of it, and what that needs, would double its
memory. Each line that it writes is JSON: folders in which something has changed, or what is wrong.
It ends when its standard input does, as that of a process that has died.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

_STEP = 50  # milliseconds without a change, after which there are no more to wait for


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(path: list[str], root: str, wait: int, but: str | None) -> None:
    """Tell of changes at or below *root*.

    :param path: where modules are looked for.
    :param wait: milliseconds, in which more changes may come.
    :param but: the folder of which nothing is told, nor of what is below it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a Ctrl-C that is meant for the server
    threading.Thread(target=_end_with_input, daemon=True).start()
    sys.path[:] = path

    def matters(changed: str) -> bool:
        return but is None or not f"{changed}{os.sep}".startswith(f"{but}{os.sep}")

    try:
        notify = _rust_notify()(
            watch_paths=[root],
            debug=False,
            force_polling=False,
            poll_delay_ms=0,
            recursive=True,
            ignore_permission_denied=False,
        )
        while True:
            changes = notify.watch(wait, _STEP, 0, None)
            if folders := {os.path.dirname(path) for _, path in changes if matters(path)}:
                _tell([*folders])
    except Exception as error:  # noqa: BLE001 - who listens has the word, and needs no more
        _tell(str(error))


def _rust_notify() -> type:
    """Return the class that watchfiles documents for direct use."""
    package = PathFinder.find_spec("watchfiles")
    spec = package and PathFinder.find_spec("_rust_notify", package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ImportError("watchfiles is not there, or another than is known")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type = module.RustNotify
    return found


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
