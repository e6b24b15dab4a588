"""Text of a cue, put together piece by piece: styles and ruby, well nested. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from quart_video.media.vtt import escape, join_lines

TAGS = ("b", "i", "u")
_CHANGES = {
    ("", "base"): "<ruby>",
    ("base", "text"): "<rt>",
    ("text", "base"): "</rt>",
    ("base", ""): "</ruby>",
    ("text", ""): "</rt></ruby>",
}


class RichText:
    """Plain pieces and switches become the text of a cue.

    :param styles: what is on from the start, out of :data:`TAGS`.
    """

    def __init__(self, styles: Iterable[str] = ()) -> None:
        self._parts: list[str] = []
        self._opened: list[str] = []
        self._wanted = set(styles)
        self._breaks = False  # before what comes next
        self._ruby = self._ruby_wanted = ""

    def add(self, text: str) -> None:
        """Add plain *text*."""
        body = text.lstrip("\n")
        self._breaks = self._breaks or len(body) < len(text)
        core = body.rstrip("\n")
        if not core:
            return
        if self._ruby_wanted == "none":
            return
        changes = self._ruby != self._ruby_wanted
        while self._opened and (changes or not self._wanted.issuperset(self._opened)):
            self._parts.append(f"</{self._opened.pop()}>")
        if changes:
            self._parts.append(_CHANGES[self._ruby, self._ruby_wanted])
            self._ruby = self._ruby_wanted
        # Lines break between the tags: a line of tags alone would be an empty one.
        self._parts.append("\n" if self._breaks else "")
        self._breaks = len(core) < len(body)
        for tag in TAGS:
            if tag in self._wanted and tag not in self._opened:
                self._opened.append(tag)
                self._parts.append(f"<{tag}>")
        self._parts.append(escape(core))

    @property
    def is_annotated(self) -> bool:
        """Whether ruby is under way."""
        return self._ruby_wanted != ""

    def annotate(self, part: str) -> None:
        """Say what of ruby, as beside Chinese and Japanese letters, follows.

        :param part: ``base``; ``text``: how it is read; ``none``: what stands for the place of it
            where there is no ruby; ``""``: all that is annotated has been said.
        """
        if part in {"", "base"} or self._ruby:
            self._ruby_wanted = part

    def switch(self, tag: str, *, on: bool) -> None:
        """Turn one of :data:`TAGS` on or off for what follows."""
        if on:
            self._wanted.add(tag)
        else:
            self._wanted.discard(tag)

    def reset(self, styles: Iterable[str] = ()) -> None:
        """Turn everything off but *styles*."""
        self._wanted = set(styles)

    def finish(self) -> str:
        """Return the text of the cue."""
        closing = [f"</{tag}>" for tag in reversed(self._opened)]
        closing.append(_CHANGES.get((self._ruby, ""), ""))
        return join_lines("".join([*self._parts, *closing]))
