"""When samples are decoded and shown, out of what a container says of its packets. Pure.

Matroska and FLV round all times to milliseconds, and tell when a picture is shown but not when it
is decoded. An MP4 wants exact times, and both.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from operator import le, sub

UNKNOWN = -(1 << 62)
"""In the place of a time that a container does not tell."""

_FINEST = 12_000
"""Ticks a second, at least, of a clock that counts pictures: sound begins between two of them."""
_MOST_TICKS = 1_000_000_000  # a second
_LONGEST = 1 << 31  # ticks between two samples; the table has 32 bits for them
_SECONDS = 100 * 365 * 86400
_BACK = 10
"""Seconds that time may go back, as pictures are decoded out of order; more is another film."""
_BACK_IN_TURN = 1
"""Seconds that the time of decoding may go back: it does not, but for sloppy writers."""
_DRIFT = Fraction(3, 2000)
"""Seconds that sound may be off from where it is counted to be, before it is believed."""
_WITNESSES = 16
"""Packets after a late one that have to be late, too: else it is one odd time, and no gap."""


class BadTimesError(ValueError):
    """No movie can be made of such times. The text says why."""


@dataclass(slots=True)
class Times:
    """Times of all samples of a track, in the order of decoding, in ticks of its own clock."""

    timescale: int
    """Ticks a second."""
    presentation: array[int]
    decode: array[int]
    end: int
    """When the last of what is shown ends."""


def video_times(
    shown: Sequence[int], decoded: Sequence[int], base: Fraction, rate: Fraction | None
) -> Times:
    """Return the times of pictures.

    :param shown: when each packet's picture is shown, in units of *base*, or :data:`UNKNOWN`.
    :param decoded: when it is decoded, or :data:`UNKNOWN`.
    :param base: seconds of one unit.
    :param rate: pictures a second, as the container tells on average.
    :raises BadTimesError: no movie can be made of them.
    """
    if UNKNOWN in shown:
        raise BadTimesError("its pictures have no times")
    _check(shown, base, _BACK)
    told = [time for time in decoded if time != UNKNOWN]
    if told:
        _check(told, base, _BACK_IN_TURN)
    rounded = base >= Fraction(1, 1000)
    snapped = _snapped(shown, base, rate) if rounded and rate else None
    if snapped is not None:
        timescale, presentation, length = snapped
    else:
        timescale = _timescale(base)
        presentation = _scaled(shown, base * timescale)
        length = round(timescale / rate) if rate else 0
        length = length or _last_step(presentation)
    if rounded or UNKNOWN in decoded:
        decode = _decode_times(presentation)
    else:
        decode = _scaled(decoded, base * timescale)
        if not _is_sound(decode, presentation):
            decode = _decode_times(presentation)
    return _checked(Times(timescale, presentation, decode, max(presentation) + max(1, length)))


def audio_times(
    shown: Sequence[int], base: Fraction, rate: int, samples: int | Sequence[int]
) -> Times:
    """Return the times of sound, counted by its samples where the container agrees.

    :param shown: when each packet's sound begins, in units of *base*, or :data:`UNKNOWN`.
    :param rate: samples a second, which are the ticks of the clock.
    :param samples: how many each packet has; one number: all have as many. 0: that is not known.
    :raises BadTimesError: no movie can be made of them.
    """
    known = [time for time in shown if time != UNKNOWN]
    if not known:
        raise BadTimesError("its sound has no times")
    _check(known, base, _BACK)
    factor = base * rate
    numerator, denominator = factor.numerator, factor.denominator
    most = max(int(_DRIFT * rate), -(-numerator // denominator))
    every = samples if isinstance(samples, int) else 0
    each = None if isinstance(samples, int) else samples
    times = array("q")
    due: int | None = None

    def is_gap(number: int, due: int) -> bool:
        # What is recorded live has packets with a late time, and the next ones are on time again.
        for later in range(number + 1, min(number + 1 + _WITNESSES, len(shown))):
            due += each[later - 1] if each is not None else every
            time = shown[later]
            if time != UNKNOWN and time * numerator // denominator - due <= most:
                return False
        return True

    if each is None and every and len(known) == len(shown):
        # Mostly no gap is among them, and nothing is to be asked of each.
        told = _scaled(shown, factor)
        counted = array("q", range(told[0], told[0] + every * len(told), every))
        if max(map(sub, told, counted)) <= most:
            return _checked(Times(rate, counted, counted, counted[-1] + every))
    for number, time in enumerate(shown):
        at = (2 * time * numerator + denominator) // (2 * denominator) if time != UNKNOWN else due
        if at is None:
            at = (2 * known[0] * numerator + denominator) // (2 * denominator)
        count = each[number] if each is not None else every
        if due is not None and (at <= due + most or (count and not is_gap(number, due))):
            at = due
        times.append(at)
        due = at + count if count else at + 1
    last = (each[-1] if each is not None else every) or _last_step(times)
    return _checked(Times(rate, times, times, times[-1] + max(1, last)))


def samples_in_packets(
    shown: Sequence[int], base: Fraction, rate: int, guesses: Sequence[int]
) -> int:
    """Return how many samples each packet has: the one of *guesses* that its times agree with.

    :returns: 0 where none does, as the packets differ.
    """
    known = [time for time in shown if time != UNKNOWN]
    if len(known) < 8:
        return guesses[0] if guesses else 0
    steps = sorted(after - before for before, after in pairwise(known) if after > before)
    if not steps:
        return 0
    # The middle of all, so that a gap does not count; a lace has one time for all its packets.
    inner = steps[len(steps) // 10 : -(len(steps) // 10) or None]
    mean = Fraction(sum(inner), len(inner)) * base * rate
    span = (known[-1] - known[0]) * base * rate / (len(known) - 1)
    for guess in guesses:
        if any(guess and abs(value - guess) <= guess * Fraction(3, 100) for value in (mean, span)):
            return guess
    return 0


def _check(shown: Sequence[int], base: Fraction, back: int) -> None:
    if max(map(abs, shown)) * base > _SECONDS:
        raise BadTimesError("its times are beyond all measure")
    newest = accumulate(shown, max)
    if max(map(sub, newest, shown)) > back / base:
        raise BadTimesError("its time begins anew on the way, as where films were put together")


def _checked(times: Times) -> Times:
    steps = array("q", map(sub, times.decode[1:], times.decode))
    if min(steps, default=0) < 0 or max(steps, default=0) >= _LONGEST:
        raise BadTimesError("its times have a gap that no MP4 can have")
    if not _is_sound(times.decode, times.presentation):
        raise BadTimesError("its pictures are shown before they are decoded")
    if max(map(sub, times.presentation, times.decode)) >= _LONGEST:
        raise BadTimesError("its pictures are shown too long after they are decoded")
    return times


def _is_sound(decode: Sequence[int], presentation: Sequence[int]) -> bool:
    return all(map(le, decode, decode[1:])) and all(map(le, decode, presentation))


def _timescale(base: Fraction) -> int:
    """Return a clock that has a tick for each unit of *base*."""
    if base <= 0:
        raise BadTimesError("its clock does not run")
    timescale = base.denominator
    if timescale > _MOST_TICKS:
        raise BadTimesError("its clock runs too fast")
    while timescale < 1000:
        timescale *= 10
    return timescale


def _scaled(times: Sequence[int], factor: Fraction) -> array[int]:
    numerator, denominator = factor.numerator, factor.denominator
    if denominator == 1:
        return array("q", [time * numerator for time in times])
    return array("q", [(2 * t * numerator + denominator) // (2 * denominator) for t in times])


def _snapped(
    shown: Sequence[int], base: Fraction, rate: Fraction
) -> tuple[int, array[int], int] | None:
    """Count pictures, where all of them are shown when a constant rate would have it.

    :returns: ticks a second, when each is shown, and how long; ``None``: they are not.
    """
    if not Fraction(1, 10) < rate < 1000:
        return None
    first = min(shown)
    step = rate * base
    a, b = step.numerator, step.denominator
    counts = [(2 * (time - first) * a + b) // (2 * b) for time in shown]
    off = max(
        abs(count * b - (time - first) * a) for count, time in zip(counts, shown, strict=True)
    )
    if Fraction(off, a) * base > Fraction(1, 1000) or len(set(counts)) != len(counts):
        return None
    factor = -(-_FINEST // rate.numerator)
    timescale, length = rate.numerator * factor, rate.denominator * factor
    if timescale > _MOST_TICKS:
        return None
    start = round(first * base * timescale)
    return timescale, array("q", [start + count * length for count in counts]), length


def _decode_times(presentation: Sequence[int]) -> array[int]:
    """Return when pictures are decoded that are shown at these times.

    In the order of decoding they take the same times in order, early enough for each to be there
    when it is shown.
    """
    ordered = sorted(presentation)
    early = max(map(sub, ordered, presentation))
    return array("q", [at - early for at in ordered])


def _last_step(times: Sequence[int]) -> int:
    ordered = sorted(times[-50:])
    return ordered[-1] - ordered[-2] if len(ordered) > 1 else 0
