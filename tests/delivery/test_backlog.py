"""What a server keeps, told by what the system has taken of what it was given."""

from __future__ import annotations

import asyncio
import logging

import pytest

from quart_video.delivery import backlog
from quart_video.delivery.backlog import MUCH, STEP, Backlog, ServerRecord
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
