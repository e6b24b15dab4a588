"""RFC 9110 sections 7.2, 8, 13 and 14 as pure functions: no IO, no clock, no framework."""

from quart_video.http.disposition import content_disposition
from quart_video.http.facts import MediaFacts, RequestFacts
from quart_video.http.host import Host, parse_host
from quart_video.http.plan import Fields, Plan, length_of, likely, plan
from quart_video.http.ranges import ByteRange
from quart_video.http.validators import EntityTag

__all__ = [
    "ByteRange",
    "EntityTag",
    "Fields",
    "Host",
    "MediaFacts",
    "Plan",
    "RequestFacts",
    "content_disposition",
    "length_of",
    "likely",
    "parse_host",
    "plan",
]
