"""Browsers, each an engine of its own: Chromium, Firefox, and WebKit, as Safari has it.

Of the latter two, Playwright drives its own builds alone. Those of the system are asked in their
own language, which needs but a few commands.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired
from tempfile import TemporaryDirectory
from typing import Any, Protocol, Self, TypeVar, cast

from tests.e2e.harness import need_tool, wait_until
from tests.support.ports import free_port

START_SECONDS = 180
SCRIPT_SECONDS = 60
_END_SECONDS = 10

_TIMEOUTS = {"script": 1000 * SCRIPT_SECONDS, "pageLoad": 1000 * START_SECONDS}

# Of a function that is given its argument, and what to call when it is done.
_ASYNC = """
const [argument, done] = arguments;
(async () => {{ {script} }})().then(
    value => done({{value}}), error => done({{error: String(error)}}));
"""

_PREFERENCES = {
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "intl.accept_languages": "en",
    "marionette.port": 0,
    "media.autoplay.default": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}


_CRASHES = 4

Test = TypeVar("Test", bound=Callable[..., None])


class CrashError(Exception):
    """The browser, or its page, has ended by itself."""


def crash_proof(test: Test) -> Test:
    """Repeat a test of an ``engine`` whose browser crashes, in a new one, a few times at most.

    WebKit's own process ends now and then while it seeks, whatever it is that it plays.
    """

    @functools.wraps(test)
    def repeated(*, engine: Engine, **fixtures: object) -> None:
        for _ in range(_CRASHES):
            with suppress(CrashError):
                return test(engine=engine, **fixtures)
            engine.start_anew()
        return test(engine=engine, **fixtures)

    return cast("Test", repeated)


class Browser(Protocol):
    """What a test asks of any of them."""

    def visit(self, url: str) -> None:
        """Open a page."""

    def do(self, script: str, argument: object = None) -> Any:
        """Run the body of an async function in the page, and return what it returns."""


class _Chromium:
    def __init__(self, page: Any) -> None:
        self._page = page

    def visit(self, url: str) -> None:
        self._page.goto(url, wait_until="domcontentloaded")

    def do(self, script: str, argument: object = None) -> Any:
        return self._page.evaluate(f"async argument => {{{script}}}", argument)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium."""
    from tests.e2e.chromium import launched, pages_of  # noqa: PLC0415 - needs Playwright

    with launched() as browser, pages_of(browser) as new_page:
        yield _Chromium(new_page())


class Engine:
    """A browser with one window."""

    def __init__(self, start: Callable[[Path], AbstractContextManager[_Session]]) -> None:
        self._start = start
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        with ExitStack() as stack:
            # Not in pytest's folder, whose path is too long for the sockets that are made in it.
            folder = stack.enter_context(TemporaryDirectory(prefix="engine-"))
            self._session = stack.enter_context(self._start(Path(folder)))
            self._stack = stack.pop_all()

    def start_anew(self) -> None:
        """End the browser, and start another, which has kept nothing."""
        self._stack.close()
        self._open()

    def visit(self, url: str) -> None:
        """Open a page, and wait until it is there.

        :raises CrashError: the browser has crashed. Each of the methods may say so.
        """
        self._session.visit(url)

    def do(self, script: str, argument: object = None) -> Any:
        """Run the body of an async function in the page, and return what it returns."""
        result = self._session.execute(_ASYNC.format(script=script), argument)
        assert "error" not in result, result["error"]
        return result.get("value")

    def screenshot(self) -> bytes:
        """Return what the window shows, as a PNG."""
        return base64.b64decode(self._session.screenshot())

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            steps = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
            self._session.act([{"type": "key", "id": "keyboard", "actions": steps}])


class _Session(Protocol):
    """What a browser is asked."""

    def visit(self, url: str) -> None:
        """Open a page, and wait until it is there."""

    def act(self, actions: list[dict[str, Any]]) -> None:
        """Do what someone would do by hand."""

    def execute(self, script: str, argument: object) -> Any:
        """Run a script that calls its last argument when it is done."""

    def screenshot(self) -> str:
        """Return what the window shows, as a PNG in base64."""


class _Marionette:
    """Firefox: JSON over a connection, each message with its length before it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=2 * SCRIPT_SECONDS)
        self._file = self._socket.makefile("rb")
        self._count = 0
        self._read()  # how it greets
        self._ask("WebDriver:NewSession")
        self._ask("WebDriver:SetTimeouts", **_TIMEOUTS)

    def visit(self, url: str) -> None:
        self._ask("WebDriver:Navigate", url=url)

    def act(self, actions: list[dict[str, Any]]) -> None:
        self._ask("WebDriver:PerformActions", actions=actions)

    def screenshot(self) -> str:
        return str(self._ask("WebDriver:TakeScreenshot", full=False)["value"])

    def execute(self, script: str, argument: object) -> Any:
        # Without a sandbox: functions of the page are to be called by the video.
        found = self._ask(
            "WebDriver:ExecuteAsyncScript", script=script, args=[argument], sandbox=None
        )
        if found["value"] is None:  # what runs the script has ended
            raise CrashError
        return found["value"]

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _ask(self, command: str, **parameters: object) -> Any:
        self._count += 1
        message = json.dumps([0, self._count, command, parameters]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _, _, error, result = self._read()
        # To run a script in a page that has crashed is "not supported for parent processes".
        if error and error["error"] == "unsupported operation":
            raise CrashError(error)
        assert not error, error
        return result

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            byte = self._file.read(1)
            if not byte:
                raise CrashError
            length += byte
        return json.loads(self._file.read(int(length[:-1])))


_CUT_SHORT = ("parse script result", "not called before the unload event")
"""What WebKit says of a script that the end of its page cut short, before it tells of that."""


class _WebDriver:
    """WebKit: the WebDriver of the W3C, over HTTP."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._session = ""
        self._session = "/session/" + self._ask("POST", "/session", capabilities={})["sessionId"]
        self._ask("POST", "/timeouts", **_TIMEOUTS)

    def visit(self, url: str) -> None:
        self._ask("POST", "/url", url=url)

    def act(self, actions: list[dict[str, Any]]) -> None:
        self._ask("POST", "/actions", actions=actions)

    def screenshot(self) -> str:
        return str(self._ask("GET", "/screenshot"))

    def execute(self, script: str, argument: object) -> Any:
        return self._ask("POST", "/execute/async", script=script, args=[argument])

    def close(self) -> None:
        self._ask("DELETE", "")

    def _ask(self, method: str, path: str, **parameters: object) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=2 * SCRIPT_SECONDS)
        try:
            connection.request(
                method, self._session + path, json.dumps(parameters) if method == "POST" else None
            )
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
        except ConnectionError as error:
            raise CrashError from error
        finally:
            connection.close()
        if answer.status != 200 and (
            value["error"] == "invalid session id"
            or any(each in value["message"] for each in _CUT_SHORT)
        ):
            raise CrashError(value)
        assert answer.status == 200, value
        return value


@contextmanager
def firefox(folder: Path) -> Iterator[_Session]:
    """Start Firefox.

    :param folder: for its profile.
    """
    program = need_tool("firefox-esr")
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});"
        for name, value in _PREFERENCES.items()
    ]
    (folder / "user.js").write_text("\n".join(lines))
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with ExitStack() as stack:
        process = stack.enter_context(_running(command, folder, HOME=str(folder)))
        port = folder / "MarionetteActivePort"
        _wait_for(process, lambda: port.exists() and port.read_text() != "")
        engine = _Marionette(int(port.read_text()))
        stack.callback(engine.close)
        yield engine


@contextmanager
def webkit(folder: Path) -> Iterator[_Session]:
    """Start WebKit, on a screen that nobody sees.

    :param folder: for what it keeps.
    """
    driver = need_tool("WebKitWebDriver")
    port = free_port()
    with ExitStack() as stack:
        screen = stack.enter_context(_screen(folder))
        process = stack.enter_context(
            _running(
                [driver, f"--port={port}"],
                folder,
                DISPLAY=screen,
                HOME=str(folder),
                LANG="en_US.UTF-8",
                LIBGL_ALWAYS_SOFTWARE="1",
            )
        )
        _wait_for(process, lambda: _listens(port))
        engine = _WebDriver(port)
        stack.callback(engine.close)
        yield engine


@contextmanager
def _screen(folder: Path) -> Iterator[str]:
    """Start an X server without a screen; return the name of its display."""
    command = [need_tool("Xvfb"), "-displayfd", "1", "-screen", "0", "1280x800x24"]
    with _running([*command, "-nolisten", "tcp"], folder) as process:
        number = folder / "stdout.txt"
        _wait_for(process, lambda: number.read_text().endswith("\n"))
        yield f":{number.read_text().strip()}"


@contextmanager
def _running(command: list[str], folder: Path, **variables: str) -> Iterator[Popen[bytes]]:
    """Start a program; in the end, end it with all processes that it has started."""
    with (folder / "stdout.txt").open("wb") as output, (folder / "stderr.txt").open("ab") as log:
        process = Popen(
            command,
            env={**os.environ, **variables},
            stdin=DEVNULL,
            stdout=output,
            stderr=log,
            start_new_session=True,  # with all processes that it starts
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(TimeoutExpired):
            process.wait(_END_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(process: Popen[bytes], condition: Callable[[], bool]) -> None:
    """Wait until a program is ready."""
    wait_until(
        lambda: process.poll() is not None or condition(), START_SECONDS, f"{process.args!r}"
    )
    assert process.poll() is None, f"{process.args!r} ends at once"


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


ENGINES: dict[str, Callable[[], AbstractContextManager[Browser]]] = {
    "Chromium": chromium,
    "Firefox": lambda: Engine(firefox),
    "WebKit": lambda: Engine(webkit),
}
"""All of them, and how each is started."""
