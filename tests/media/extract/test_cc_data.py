"""Where the pairs of CEA-608 are in a packet, and which of them are CC1."""

from __future__ import annotations

from itertools import chain
from random import Random

import pytest

from quart_video.media.extract.cc_data import (
    Coding,
    FirstChannel,
    FirstLetters,
    InOrder,
    read_pairs,
)
from tests.media.closed_captions import (
    FILLING,
    Pair,
    cc_data,
    clear,
    odd,
    paint_on,
    pop_on,
    put_in,
    roll_up,
    text_mode,
    unit,
)

H264, HEVC, MPEG2 = Coding("h264"), Coding("hevc"), Coding("mpeg2video")
HI = (0x48, 0x69)
PAIRS = b"\xfc\xc8\xe9\xfd\x80\x80"  # "Hi" in the first field, filling in the second one
SLICES = {"h264": b"\0\0\1\x65\x88", "hevc": b"\0\0\1\x26\1\xaf", "mpeg2video": b"\0\0\1\1\x13"}
HEADS = {"h264": b"\0\0\1\x67\x42", "hevc": b"\0\0\1\x40\1\x0c", "mpeg2video": b"\0\0\1\0\0\x0f"}


def picture(codec: str, *data: bytes) -> bytes:
    units = b"".join(unit(codec, each) for each in data)
    return HEADS[codec] + units + SLICES[codec]


def with_lengths(packet: bytes, size: int) -> bytes:
    units = [each for each in packet.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if each]
    return b"".join(len(each).to_bytes(size, "big") + each for each in units)


def configured(codec: str, size: int) -> Coding:
    """Return a coding that has lengths: an ``avcC`` or ``hvcC``."""
    place = 4 if codec == "h264" else 21
    return Coding(codec, b"\1" + bytes(place - 1) + bytes([0xFC | (size - 1)]) + b"\xe1")


class TestPairs:
    @pytest.mark.parametrize("codec", list(SLICES))
    def test_they_stand_before_the_picture(self, codec: str) -> None:
        assert read_pairs(picture(codec, cc_data(HI)), Coding(codec)) == PAIRS

    @pytest.mark.parametrize("codec", list(SLICES))
    def test_of_two_fields_there_are_those_of_both(self, codec: str) -> None:
        packet = picture(codec, cc_data(HI)) * 2
        assert read_pairs(packet, Coding(codec)) == PAIRS * 2

    @pytest.mark.parametrize("size", [1, 2, 4])
    @pytest.mark.parametrize("codec", ["h264", "hevc"])
    def test_units_with_lengths(self, codec: str, size: int) -> None:
        packet = with_lengths(picture(codec, cc_data(HI)), size)
        assert read_pairs(packet, configured(codec, size)) == PAIRS
        assert read_pairs(packet, Coding(codec)) == b""

    @pytest.mark.parametrize("codec", list(SLICES))
    def test_what_is_not_valid_is_none(self, codec: str) -> None:
        assert read_pairs(picture(codec, cc_data(HI, is_valid=False)), Coding(codec)) == b""

    def test_emulation_prevention_is_taken_out(self) -> None:
        """Two bytes that are 0, without parity as nothing of that is checked here."""
        data = b"GA94\x03" + bytes([0x42, 0xFF]) + b"\xfc\0\0\xfd\0\0" + b"\xff"
        packet = picture("h264", data)
        assert b"\xfc\0\0\3\xfd\0\0\3\xff" in packet
        assert read_pairs(packet, H264) == b"\xfc\0\0\xfd\0\0"

    def test_other_messages_are_passed_over(self) -> None:
        long = bytes([5, 0xFF, 0x2D]) + b"x" * 300
        message = bytes([4, 3]) + b"\xb5\0\x3c" + bytes([0xFF, 1, 1, 9])
        closed = b"\xb5\0\x31" + cc_data(HI)
        sei = b"\0\0\1\6" + long + message + bytes([4, len(closed)]) + closed + b"\x80"
        assert read_pairs(sei + SLICES["h264"], H264) == PAIRS

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(cc_data(HI).replace(b"GA94", b"DTG1"), id="another user"),
            pytest.param(cc_data(HI).replace(b"\x03", b"\x06", 1), id="bar data"),
            pytest.param(b"GA94\x03" + bytes([0x0A, 0xFF]) + PAIRS, id="not to be processed"),
            pytest.param(b"GA94\x03" + bytes([0x5F, 0xFF]) + PAIRS, id="fewer than promised"),
            pytest.param(b"GA94\x03", id="nothing"),
            pytest.param(b"GA94\x03\x41\xff\xff\x02\x21", id="CEA-708"),
        ],
    )
    @pytest.mark.parametrize("codec", list(SLICES))
    def test_all_else_is_none(self, codec: str, data: bytes) -> None:
        assert read_pairs(picture(codec, data), Coding(codec)) == b""

    def test_in_a_slice_they_are_none(self) -> None:
        packet = SLICES["h264"] + unit("h264", cc_data(HI))[4:]
        assert b"GA94" in packet
        assert read_pairs(packet, H264) == b""

    def test_those_of_a_dvd_are_of_several_pictures(self) -> None:
        blocks = b"\xff\xc8\xe9\xfe\x80\x80" * 2
        packet = picture("mpeg2video", b"CC\x01\xf8" + bytes([0x80 | 2 << 1]) + blocks + b"\0" * 9)
        assert read_pairs(packet, MPEG2) == PAIRS * 2
        # They are promised, and not there.
        promised = picture("mpeg2video", b"CC\x01\xf8" + bytes([0x80 | 15 << 1]) + blocks + b"\0\0")
        assert read_pairs(promised, MPEG2) == PAIRS * 2

    @pytest.mark.parametrize("codec", ["h264", "hevc", "mpeg2video"])
    def test_cut_short_anywhere_they_are_there_or_not(self, codec: str) -> None:
        packet = picture(codec, cc_data(HI))
        whole = [read_pairs(packet[:length], Coding(codec)) for length in range(len(packet))]
        assert {*whole} == {b"", PAIRS}
        assert whole == sorted(whole)

    def test_pictures_of_other_codecs_have_none(self) -> None:
        coding = Coding("vp9")
        assert not coding.is_known
        assert read_pairs(picture("h264", cc_data(HI)), coding) == b""

    def test_many_units_end_somewhere(self) -> None:
        packet = b"\0\0\1\6\5" * 100_000 + picture("h264", cc_data(HI))
        assert read_pairs(packet, H264) == b""

    @pytest.mark.parametrize("codec", list(SLICES))
    def test_the_tests_put_them_where_they_belong(self, codec: str) -> None:
        packet = put_in(codec, HEADS[codec] + SLICES[codec], cc_data(HI))
        assert packet == picture(codec, cc_data(HI))


class TestOrder:
    def test_pictures_are_put_in_the_order_of_showing(self) -> None:
        shown = [(float(number), bytes([number % 256])) for number in range(500)]
        coded = [
            one for at in range(0, 500, 20) for one in Random(at).sample(shown[at : at + 20], 20)
        ]
        assert coded != shown
        order = InOrder()
        found = [*chain.from_iterable(order.add(*each) for each in coded), *order.rest()]
        assert found == shown

    def test_what_waits_is_bounded(self) -> None:
        order = InOrder()
        given = sum(len([*order.add(-number, b"x")]) for number in range(1000))
        assert given > 900
        assert given + len([*order.rest()]) == 1000

    def test_of_the_same_time_the_first_one_is_first(self) -> None:
        order = InOrder()
        assert not [*order.add(1.0, b"b"), *order.add(1.0, b"a")]
        assert [*order.rest()] == [(1.0, b"b"), (1.0, b"a")]


def coded(*runs: list[Pair]) -> bytes:
    return b"".join(bytes([0xFC, odd(first), odd(second)]) for first, second in chain(*runs))


class TestFirstChannel:
    def test_its_pairs_are_all_but_filling(self) -> None:
        pairs = coded(pop_on("Hello"), clear())
        assert FirstChannel().read(coded([FILLING]) + pairs + coded([FILLING])) == pairs

    def test_the_second_field_is_another_one(self) -> None:
        assert FirstChannel().read(b"\xfd\xc8\xe9") == b""

    def test_the_second_channel_is_another_one(self) -> None:
        one, other = coded(pop_on("Hello"), clear()), coded(pop_on("Hola", 2), clear(2))
        assert FirstChannel().read(other + one + other + one) == one * 2

    def test_text_beside_the_programme_is_none(self) -> None:
        one = coded(pop_on("Hello"))
        read = FirstChannel().read(one + coded(text_mode("http://x")) + one)
        assert read == one + coded([(0x14, 0x20)] * 2) + one

    @pytest.mark.parametrize("broken", [b"\xfc\x9c\x20", b"\xfc\x1c\xa0"])
    def test_a_command_that_was_damaged_turns_to_no_other_channel(self, broken: bytes) -> None:
        one = coded(pop_on("Hello"))
        assert FirstChannel().read(broken + one).endswith(one)
        assert FirstChannel().read(broken + coded([HI])).endswith(coded([HI]))

    def test_it_goes_on_from_one_picture_to_the_next(self) -> None:
        channel = FirstChannel()
        pairs = coded(pop_on("Hola", 2), pop_on("Hello"))
        parts = [channel.read(pairs[at : at + 3]) for at in range(0, len(pairs), 3)]
        assert b"".join(parts) == coded(pop_on("Hello"))


class TestFirstLetters:
    @pytest.mark.parametrize(
        ("runs", "since"),
        [
            pytest.param([paint_on("Hi")], 0, id="at the beginning"),
            pytest.param([paint_on("Hi"), clear()], 0, id="until they have gone"),
            pytest.param([pop_on("Hi"), paint_on("Hi")], None, id="not on those that are there"),
            pytest.param([pop_on("Hi"), clear(), roll_up("Hi")], 2, id="on a cleared screen"),
            pytest.param([roll_up("Hi"), roll_up("Hi")], 0, id="the first row counts"),
            pytest.param([pop_on("Hi")], None, id="not those that are loaded"),
            pytest.param([paint_on(""), clear()], None, id="none"),
        ],
    )
    def test_they_begin(self, runs: list[list[Pair]], since: float | None) -> None:
        letters = FirstLetters()
        for number, run in enumerate(runs):
            letters.read(coded(run), number)
        assert letters.since == since

    def test_they_begin_anew(self) -> None:
        letters = FirstLetters()
        letters.read(coded(paint_on("Hi")), 1.0)
        letters.told()
        letters.read(coded(clear(), paint_on("Hi")), 2.0)
        assert letters.since == 2.0
