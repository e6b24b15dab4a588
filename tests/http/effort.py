"""How much work a call is, counted instead of timed, so that a busy machine does not matter."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def effort(call: Callable[[], object]) -> int:
    """Count the bytecode instructions that *call* runs, in it and in all that it calls.

    What a C function does inside counts as one: let it finish on a long input, too.
    """
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def assert_linear(call: Callable[[int], object]) -> None:
    """Let *call* do its work for a size and ten times it, and come to an end for a huge one."""
    effort(lambda: call(300))  # Python 3.13 counts code that it has not traced before too low
    small, large = effort(lambda: call(300)), effort(lambda: call(3000))
    assert large <= 12 * small
    call(500_000)
