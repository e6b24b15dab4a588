"""What a server keeps, told by what the system has taken of what it was given."""

from __future__ import annotations

import asyncio
import logging

import pytest
from quart import Quart

from quart_video.delivery import backlog
from quart_video.delivery.backlog import MOST, MUCH, STEP, Backlog, ServerRecord
from quart_video.delivery.client_socket import ClientSocket


class Socket:
    """The socket of a client, with what a test says that was written to it."""

    def __init__(self) -> None:
        self.taken = 0.0
        self.full = False
        """Whether the client has still to take some of it."""

    def written(self) -> int:
        return int(self.taken)

    def is_drained(self) -> bool:
        return not self.full


@pytest.fixture
def sock(monkeypatch: pytest.MonkeyPatch) -> Socket:
    sock = Socket()
    monkeypatch.setattr(ClientSocket, "of", lambda _: sock)
    monkeypatch.setattr(backlog, "_WAIT", 0.001)
    return sock


def of(record: ServerRecord, http_version: str = "1.1") -> Backlog:
    return Backlog({"http_version": http_version}, record, "film.mp4")


async def is_let_on(lags: Backlog, sent: int, seconds: float = 0.3) -> bool:
    """Tell whether the next bytes may be given to the server at once, or soon."""
    try:
        async with asyncio.timeout(seconds):
            await lags.look(sent)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("http_version", ["1.1", "2"])
@pytest.mark.parametrize("known", [False, True])
async def test_a_server_that_catches_up_is_never_held(
    sock: Socket, http_version: str, *, known: bool
) -> None:
    """It writes in jerks: nothing in one step, and twice as much in the next."""
    lags = of(ServerRecord(keeps_all=known), http_version)
    sock.full = True
    for step in range(1, 200):
        sent = step * STEP
        sock.taken = sent if step % 2 else sent - STEP + 1
        assert await is_let_on(lags, sent), step


@pytest.mark.parametrize("http_version", ["1.1", "2"])
async def test_a_server_that_keeps_all_is_held_until_it_has_written(
    sock: Socket, http_version: str, caplog: pytest.LogCaptureFixture
) -> None:
    record = ServerRecord()
    lags = of(record, http_version)
    sock.full = True
    sent = STEP
    while await is_let_on(lags, sent):
        sent += STEP
        assert sent < 2 * MUCH
    assert record.keeps_all
    assert "does not wait for its client" in caplog.text
    assert not await is_let_on(lags, sent)
    sock.taken = sent
    assert await is_let_on(lags, sent)


@pytest.mark.parametrize("http_version", ["1.1", "2"])
async def test_who_takes_much_at_once_is_looked_at_soon_after_another(
    sock: Socket, http_version: str
) -> None:
    record = ServerRecord()
    sock.taken = STEP
    assert await is_let_on(of(record, http_version), STEP)  # found, for now
    sock.taken, sock.full = 0, True
    lags = of(record, http_version)
    while lags.next_look < 4 * MUCH and await is_let_on(lags, lags.next_look):
        pass
    assert lags.next_look <= 2 * MUCH + STEP
    assert not await is_let_on(lags, lags.next_look)


@pytest.mark.parametrize("http_version", ["1.1", "2", "3"])
@pytest.mark.parametrize("part", [0.9, 0.33, 0.02])
async def test_what_is_made_shorter_on_its_way_is_not_kept(
    sock: Socket, http_version: str, part: float, caplog: pytest.LogCaptureFixture
) -> None:
    """As by a middleware that compresses what it should leave alone."""
    caplog.set_level(logging.WARNING)
    record = ServerRecord()
    lags = of(record, http_version)
    while lags.next_look < 50 * STEP:
        sent = lags.next_look
        sock.taken = sent * part
        assert await is_let_on(lags, sent, 30), sent
    assert not record.keeps_all
    assert not caplog.text


@pytest.mark.parametrize("takes", [0, 100, STEP])
async def test_a_client_who_takes_nothing_of_one_answer(sock: Socket, takes: int) -> None:
    """Over HTTP/2 it has all that was written to it, as if there were nothing more.

    What it is sent beside, or what it takes of it now and then, makes no other of it.
    """
    record = ServerRecord()
    lags = of(record, "2")
    sock.taken = STEP
    given = STEP
    trials = 0
    async with asyncio.timeout(60):
        while trials < 5:
            is_trial = await lags.look(given)
            trials += is_trial
            sock.taken += min(takes, given - sock.taken) if is_trial else 0
            given = lags.next_look
            assert given - sock.taken <= 2 * MUCH
    assert record.keeps_all
    sock.taken = given
    assert not await lags.look(given)
    assert lags.next_look == given + STEP


CHUNK = 64 << 10


class Connection:
    """One of HTTP/2, to a server that takes all, and writes what the client takes."""

    def __init__(self, sock: Socket) -> None:
        self.record = ServerRecord()
        self.kept = self.most = 0
        self._sock = sock

    async def send(self, length: int, *, is_taken: bool) -> None:
        """Send an answer, of which the client takes all or nothing."""
        scope = {"http_version": "2", "client": ("127.0.0.1", 5)}
        lags = Backlog(scope, self.record, "film.mp4")
        lags.begin()
        sent = 0
        try:
            while sent < length:
                if sent >= lags.next_look:
                    await lags.look(sent)
                sent += CHUNK
                if is_taken:
                    self._sock.taken += CHUNK
                else:
                    self.kept += CHUNK
                    self.most = max(self.most, self.kept)
                await asyncio.sleep(0)
        finally:
            lags.end(sent)


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look so often that hours of it take a second."""
    monkeypatch.setattr(backlog, "_WAIT", 0)


@pytest.mark.usefixtures("sleeps")
@pytest.mark.parametrize("length", [CHUNK * 16, 8 << 20, 1 << 30], ids=str)
@pytest.mark.parametrize("one_by_one", [True, False])
async def test_many_answers_on_one_connection_have_what_one_has(
    sock: Socket, length: int, *, one_by_one: bool
) -> None:
    """Their client takes nothing of any of them, nor of those that were sent before."""
    connection = Connection(sock)
    async with Quart(__name__).app_context():
        tasks = []
        for _ in range(50):
            sending = connection.send(length, is_taken=False)
            tasks.append(asyncio.create_task(sending))
            for _ in range(200 if one_by_one else 0):
                await asyncio.sleep(0)
        for _ in range(3000):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert connection.most <= MOST + 50 * CHUNK
    assert connection.most >= min(length * 50, STEP)


@pytest.mark.usefixtures("sleeps")
async def test_who_stalls_holds_up_no_other_on_its_connection(sock: Socket) -> None:
    connection = Connection(sock)
    async with Quart(__name__).app_context(), asyncio.timeout(60):
        stalled = [asyncio.create_task(connection.send(1 << 30, is_taken=False)) for _ in range(5)]
        for _ in range(300):
            await asyncio.sleep(0)
        await connection.send(256 << 20, is_taken=True)
        await asyncio.gather(*(connection.send(64 << 20, is_taken=True) for _ in range(3)))
        sock.taken += connection.kept  # and now it takes of them, too
        before, connection.kept = connection.kept, 0
        while connection.kept < before // 2:
            await asyncio.sleep(0)
        assert not any(task.done() for task in stalled)
        for task in stalled:
            task.cancel()
        await asyncio.gather(*stalled, return_exceptions=True)
    assert not connection.record.keeps_all  # it may have been right to take some of each
