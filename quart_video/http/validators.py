"""Entity tags and their comparison, RFC 9110 section 8.8."""

from __future__ import annotations

import re
from dataclasses import dataclass

# entity-tag = [ weak ] opaque-tag ; weak = %s"W/" ; opaque-tag = DQUOTE *etagc DQUOTE
# etagc = %x21 / %x23-7E / obs-text ; so a comma may stand in a tag, a quote or a space may not.
_ENTITY_TAG = re.compile(r'(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"')
_SEPARATOR = re.compile(r"[ \t]*,[ \t,]*")


@dataclass(frozen=True, slots=True)
class EntityTag:
    """A validator: what stands between the quotes, and whether it is weak."""

    opaque: str
    weak: bool = False

    def __str__(self) -> str:
        return f'{"W/" if self.weak else ""}"{self.opaque}"'

    def matches_strongly(self, other: EntityTag) -> bool:
        """Compare as section 8.8.3.2 says for ``If-Match``, ``If-Range``: equal, neither weak."""
        return self.opaque == other.opaque and not self.weak and not other.weak

    def matches_weakly(self, other: EntityTag) -> bool:
        """Compare as ``If-None-Match`` does (8.8.3.2): equal, weak or not."""
        return self.opaque == other.opaque


def parse_tag(value: str) -> EntityTag | None:
    """Parse one entity tag; ``None`` for anything else."""
    match = _ENTITY_TAG.fullmatch(value)
    return EntityTag(match["opaque"], bool(match["weak"])) if match else None


def parse_tags(value: str) -> tuple[EntityTag, ...] | None:
    """Parse ``#entity-tag``, a list in which empty elements are legal (section 5.6.1.2).

    :returns: the tags, or ``None`` where anything in the value is no tag: a list that we only
        half understand matches nothing.
    """
    tags = []
    position = _skip(value, 0)
    while position < len(value):
        match = _ENTITY_TAG.match(value, position)
        if not match:
            return None
        tags.append(EntityTag(match["opaque"], bool(match["weak"])))
        position = match.end()
        if position < len(value):
            separator = _SEPARATOR.match(value, position)
            if not separator:
                return None
            position = separator.end()
    return tuple(tags)


def _skip(value: str, position: int) -> int:
    while position < len(value) and value[position] in " \t,":
        position += 1
    return position
