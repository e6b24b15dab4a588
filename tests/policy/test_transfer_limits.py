"""How many transfers go on at once, and how fast one of them is."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypercorn.middleware import ProxyFixMiddleware
from quart import Quart, Response

from quart_video import VideoBlueprint
from quart_video.delivery.body import Transfer
from quart_video.policy import transfer_limits
from quart_video.policy.transfer_limits import (
    Limits,
    Pacer,
    TransferLimiter,
    TransferPermit,
    Verdict,
    client_key,
)
from tests.support.asgi import ASGI, all_closed, call


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_limits, "PATIENCE", 0.0)


async def enter(transfer_limiter: TransferLimiter, client: str, path: str) -> TransferPermit:
    permit = await transfer_limiter.enter(client, path)
    assert isinstance(permit, TransferPermit)
    return permit


class TestPerClient:
    async def test_no_more_than_its_number(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=None, per_client=2))
        slots = [await enter(transfer_limiter, "a", path) for path in ("1", "2")]
        assert await transfer_limiter.enter("a", "3") is Verdict.CLIENT_HAS_ENOUGH
        await enter(transfer_limiter, "b", "3")
        slots[0].release()
        await enter(transfer_limiter, "a", "3")

    @pytest.mark.parametrize("most", [1, 2, 3])
    async def test_a_seek_gets_in(self, most: int) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=most, per_client=most))
        slots = [await enter(transfer_limiter, "a", str(number)) for number in range(most)]
        if most > 1:
            transfer_limiter = TransferLimiter(Limits(in_all=None, per_client=most))
            slots = [await enter(transfer_limiter, "a", str(number)) for number in range(most)]
        for _ in range(5):  # one seek after the other
            slots.append(await enter(transfer_limiter, "a", "0"))
            assert await transfer_limiter.enter("a", "0") is Verdict.CLIENT_HAS_ENOUGH
            assert await transfer_limiter.enter("a", "other") is Verdict.CLIENT_HAS_ENOUGH
            slots.pop(0).release()

    async def test_one_video_is_not_a_way_around(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=None, per_client=3))
        slots = [await transfer_limiter.enter("a", "1") for _ in range(100)]
        assert sum(isinstance(permit, TransferPermit) for permit in slots) == 4

    async def test_many_videos_are_not_either(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=None, per_client=3))
        paths = [str(number) for number in range(10)]
        slots = [await transfer_limiter.enter("a", path) for path in paths * 3]
        assert sum(isinstance(permit, TransferPermit) for permit in slots) == 4


class TestInAll:
    async def test_no_more_than_their_number(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=2, per_client=None))
        slots = [await enter(transfer_limiter, client, "1") for client in "ab"]
        assert await transfer_limiter.enter("c", "1") is Verdict.SERVER_FULL
        slots.pop().release()
        await enter(transfer_limiter, "c", "1")

    async def test_each_may_seek(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=2, per_client=None))
        slots = [await enter(transfer_limiter, client, "1") for client in "ab"]
        slots += [await enter(transfer_limiter, client, "1") for client in "ab"]
        for client in "abc":
            assert await transfer_limiter.enter(client, "1") is Verdict.SERVER_FULL
        assert len(slots) == 4

    async def test_one_client_is_not_a_way_around(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=3, per_client=None))
        slots = [await transfer_limiter.enter("a", "1") for _ in range(100)]
        assert sum(isinstance(permit, TransferPermit) for permit in slots) == 3


class TestSlot:
    async def test_given_back_once(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=2, per_client=None))
        permit = await enter(transfer_limiter, "a", "1")
        permit.release()
        permit.release()
        del permit
        kept = [await enter(transfer_limiter, client, "1") for client in "ab"]
        assert await transfer_limiter.enter("c", "1") is Verdict.SERVER_FULL
        assert kept

    async def test_given_back_when_forgotten(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=None, per_client=1))
        permit = await enter(transfer_limiter, "a", "1")
        del permit
        gc.collect()
        await enter(transfer_limiter, "a", "2")

    async def test_nothing_is_kept_of_who_has_gone(self) -> None:
        transfer_limiter = TransferLimiter(Limits(in_all=1, per_client=1))
        for number in range(100):
            (await enter(transfer_limiter, str(number), "1")).release()
            permit = await enter(transfer_limiter, str(number), "1")
            assert isinstance(await transfer_limiter.enter(f"other {number}", "2"), Verdict)
            permit.release()
        assert not any(vars(transfer_limiter)[name] for name in ("_clients", "_videos", "_waiting"))


class TestPatience:
    async def test_waits_for_one_to_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transfer_limits, "PATIENCE", 30.0)
        transfer_limiter = TransferLimiter(Limits(in_all=None, per_client=1))
        permit = await enter(transfer_limiter, "a", "1")
        asyncio.get_running_loop().call_later(0.1, permit.release)
        assert isinstance(await transfer_limiter.enter("a", "2"), TransferPermit)

    async def test_few_may_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transfer_limits, "PATIENCE", 30.0)
        transfer_limiter = TransferLimiter(Limits(in_all=None, per_client=1))
        permit = await enter(transfer_limiter, "a", "1")
        waiting = asyncio.create_task(transfer_limiter.enter("a", "2"))
        await asyncio.sleep(0.01)
        assert await transfer_limiter.enter("a", "3") is Verdict.CLIENT_HAS_ENOUGH
        waiting.cancel()
        await asyncio.wait([waiting])
        waiting = asyncio.create_task(transfer_limiter.enter("a", "2"))
        await asyncio.sleep(0.01)
        permit.release()
        assert isinstance(await waiting, TransferPermit)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("192.0.2.7:54321", "192.0.2.7"),
        ("[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ('"[2001:db8:1:2::1]:4711"', "2001:db8:1:2::/64"),
        ("[::ffff:192.0.2.7]:80", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("192.0.2.7:99999", "192.0.2.7:99999"),
        ("192.0.2.7:", "192.0.2.7:"),
        ("192.0.2:80", "192.0.2:80"),
        ("unknown:80", "unknown:80"),
        ("_hidden", "_hidden"),
        ("<local>", "<local>"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_client_key(address: str, key: str) -> None:
    assert client_key(address) == key


class TestPacer:
    @staticmethod
    async def chunks(*sizes: int) -> AsyncIterator[bytes]:
        for number, size in enumerate(sizes):
            yield bytes([number % 256]) * size

    async def test_nothing_is_lost(self) -> None:
        pieces = Pacer(10**9).pieces(self.chunks(1, 10, 100_000, 7))
        assert b"".join([piece async for piece in pieces]) == b"".join(
            [chunk async for chunk in self.chunks(1, 10, 100_000, 7)]
        )

    @pytest.mark.parametrize(
        ("rate", "sizes"),
        [(100_000, [65_536, 34_464]), (3_000, [1500] * 2), (50_000_000, [262_144] * 150)],
    )
    async def test_never_faster(self, rate: int, sizes: list[int]) -> None:
        start = monotonic()
        sent = 0
        async for piece in Pacer(rate).pieces(self.chunks(*sizes)):
            sent += len(piece)
            assert sent <= rate * (monotonic() - start + 0.01)

    async def test_not_slower_either(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """By a clock of its own, that sleeping moves on, and always by a little too much."""
        clock = 1000.0

        async def sleep(seconds: float) -> None:
            nonlocal clock
            clock += seconds + 0.002

        monkeypatch.setattr(transfer_limits, "monotonic", lambda: clock)
        monkeypatch.setattr(asyncio, "sleep", sleep)
        for rate in (1024, 100_000, 5_000_000, 50_000_000):
            start = clock
            sizes = [65_536] * max(1, rate * 4 // 65_536)
            async for _ in Pacer(rate).pieces(self.chunks(*sizes)):
                pass
            assert clock - start == pytest.approx(sum(sizes) / rate, rel=0.01)

    async def test_a_pause_is_not_caught_up_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = 1000.0

        async def sleep(seconds: float) -> None:
            nonlocal clock
            clock += seconds

        monkeypatch.setattr(transfer_limits, "monotonic", lambda: clock)
        monkeypatch.setattr(asyncio, "sleep", sleep)
        pieces = Pacer(10_000).pieces(self.chunks(*[10_000] * 10))
        await anext(pieces)
        clock += 3600
        start = clock
        rest = [len(piece) async for piece in pieces]
        assert clock - start >= sum(rest) / 10_000 - 1.1


SIZE = 1 << 20


class TestApp:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        for name in "abc":
            (tmp_path / f"{name}.mp4").write_bytes(bytes(SIZE))
            (tmp_path / f"{name}.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
        return tmp_path

    @pytest.fixture
    def make(self, root: Path) -> Callable[..., Quart]:
        def make(**settings: object) -> Quart:
            app = Quart(__name__)
            app.config["MEDIA_ROOT"] = root
            app.register_blueprint(VideoBlueprint(), **settings)
            return app

        return make

    @staticmethod
    @asynccontextmanager
    async def held(app: ASGI, *paths: str, **options: Any) -> AsyncIterator[None]:
        """Have clients take something of these videos, and then no more."""
        gone = asyncio.Event()
        options |= {"stop_taking_after": 1, "gone": gone}
        async with asyncio.TaskGroup() as clients:
            for path in paths:
                clients.create_task(call(app, f"/videos/{path}.mp4", **options))
            await asyncio.sleep(0.2)
            yield
            gone.set()

    @pytest.mark.parametrize(
        ("settings", "client", "told"),
        [
            ({"max_transfers_per_client": 2}, None, 1),
            ({"max_transfers_per_client": 2}, "192.0.2.1", 0),
            ({"max_transfers": 2}, None, 0),
            ({}, None, 0),
        ],
    )
    async def test_clients_without_an_address_are_told_of_once(
        self,
        make: Callable[..., Quart],
        caplog: pytest.LogCaptureFixture,
        settings: dict[str, int],
        client: str | None,
        told: int,
    ) -> None:
        app = make(**settings)
        for path in "ab":
            assert (await call(app, f"/videos/{path}.mp4", client=client)).status == 200
        assert caplog.text.count("counts all viewers as one") == told

    async def test_one_client_has_enough(self, make: Callable[..., Quart]) -> None:
        app = make(max_transfers_per_client=2)
        async with self.held(app, "a", "b"):
            sent = await call(app, "/videos/c.mp4")
            assert (sent.status, sent["retry-after"]) == (429, "10")
            assert (await call(app, "/videos/c.mp4", client="192.0.2.1")).status == 200
            assert (await call(app, "/videos/a.mp4", headers={"Range": "bytes=5-"})).status == 206
        assert (await call(app, "/videos/c.mp4")).status == 200
        assert await all_closed(".mp4")

    async def test_all_have(self, make: Callable[..., Quart]) -> None:
        app = make(max_transfers=2)
        async with self.held(app, "a"), self.held(app, "a", client="192.0.2.1"):
            sent = await call(app, "/videos/c.mp4", client="192.0.2.2")
            assert (sent.status, sent["retry-after"]) == (503, "10")
            assert (await call(app, "/videos/a.mp4")).status == 200
        assert (await call(app, "/videos/c.mp4")).status == 200
        assert await all_closed(".mp4")

    @pytest.mark.parametrize(
        ("path", "method", "headers", "status"),
        [
            ("b.mp4", "HEAD", {}, 200),
            ("b.mp4", "GET", {"If-None-Match": "*"}, 304),
            ("b.mp4", "GET", {"Range": f"bytes={SIZE}-"}, 416),
            ("-/captions/b.vtt", "GET", {}, 200),
            ("", "GET", {}, 200),
            ("-/api/videos", "GET", {}, 200),
        ],
    )
    async def test_what_sends_no_video_is_free(
        self,
        make: Callable[..., Quart],
        path: str,
        method: str,
        headers: dict[str, str],
        status: int,
    ) -> None:
        app = make(max_transfers_per_client=1, max_transfers=1)
        async with self.held(app, "a"):
            for _ in range(3):
                assert (await call(app, f"/videos/{path}", method, headers)).status == status

    async def test_a_player_that_seeks(self, make: Callable[..., Quart]) -> None:
        app = make(max_transfers_per_client=1, max_transfers=1)
        for _ in range(3):
            async with self.held(app, "a"), self.held(app, "a", headers={"Range": "bytes=9-"}):
                assert (await call(app, "/videos/a.mp4")).status == 429

    async def test_an_answer_that_is_replaced_gives_its_slot_back(
        self, make: Callable[..., Quart]
    ) -> None:
        app = make(max_transfers_per_client=1)

        @app.after_request
        async def replace(_: Response) -> Response:
            return Response("other")

        for _ in range(5):
            for path in "abc":
                assert (await call(app, f"/videos/{path}.mp4")).body == b"other"

    async def test_each_client_of_a_proxy_counts(self, make: Callable[..., Quart]) -> None:
        app = ProxyFixMiddleware(make(max_transfers_per_client=1), mode="legacy", trusted_hops=1)
        ali, eve = ({"X-Forwarded-For": f"198.51.100.9, 192.0.2.{n}"} for n in (1, 2))
        async with self.held(app, "a", headers=ali):
            assert (await call(app, "/videos/b.mp4", headers=ali)).status == 429
            # What a client says of itself, in front of what the proxy says, is nothing.
            forged = {"X-Forwarded-For": "192.0.2.77, 192.0.2.1", "Remote-Addr": "192.0.2.77"}
            assert (await call(app, "/videos/b.mp4", headers=forged)).status == 429
            assert (await call(app, "/videos/b.mp4", headers=eve)).status == 200

    async def test_rate(self, make: Callable[..., Quart]) -> None:
        app = make(transfer_rate=SIZE * 2)
        start = monotonic()
        sent = await call(app, "/videos/a.mp4")
        assert monotonic() - start >= 0.49
        assert sent.body == bytes(SIZE)
        assert max(map(len, sent.chunks)) < SIZE // 8

    async def test_a_paced_client_does_not_stall(self, make: Callable[..., Quart]) -> None:
        app = make(transfer_rate=SIZE, stall_timeout=0.2)
        assert (await call(app, "/videos/a.mp4", headers={"Range": "bytes=0-599999"})).complete

    async def test_nothing_is_in_the_way_when_off(
        self, make: Callable[..., Quart], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bodies = []

        class Watched(Transfer):
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                bodies.append(self)

        monkeypatch.setattr("quart_video.delivery.response.Transfer", Watched)
        assert (await call(make(), "/videos/a.mp4")).complete
        (body,) = bodies
        assert (body.pacer, body.observers) == (None, ())
