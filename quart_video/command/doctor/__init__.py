"""``quart-video doctor``: what is installed, what of it works, and what to do about the rest.

Rule 1: it only looks. What it writes, it writes into folders of its own, and deletes.
Rule 2: whatever is wrong with the machine is a finding, and never the end of the others.
Rule 3: nothing that is secret is told.
"""

from quart_video.command.doctor.examination import examine
from quart_video.command.doctor.finding import Finding
from quart_video.command.doctor.report import as_json, as_text, has_failed

__all__ = ["Finding", "as_json", "as_text", "examine", "has_failed"]
