"""The process that is told of changes: ``watcher.py '[[sys.path ...], root, wait, but]'``.

To ask the system takes seconds where there are many folders, and minutes on a slow disk, in which
watchfiles lets no other thread have the interpreter: so it has one of its own. It loads nothing of
ours. Each line that it writes is JSON: folders in which something has changed, or what is wrong. It
ends when its standard input does, as that of a process that has died.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading


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
    try:
        from watchfiles import watch  # noqa: PLC0415 - it is found where the path says

        def matters(_: object, changed: str) -> bool:
            return but is None or not f"{changed}{os.sep}".startswith(f"{but}{os.sep}")

        for changes in watch(root, watch_filter=matters, debounce=wait, raise_interrupt=False):
            _tell([os.path.dirname(changed) for _, changed in changes])
    except Exception as error:  # noqa: BLE001 - who listens has the word, and needs no more
        _tell(str(error))


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
