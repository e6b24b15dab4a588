"""How paths below a mount are matched in URLs: any file name at all, and folders end in a slash."""

from __future__ import annotations

from werkzeug.routing import PathConverter


class FileConverter(PathConverter):
    """A path that does not end in a slash. Werkzeug's own does not match a newline."""

    regex = r"(?s:(?!/).*[^/])"


class FolderConverter(PathConverter):
    """A path that ends in a slash, which is not part of the value.

    The slash belongs to the converter, not to the rule: else Werkzeug would redirect every file to
    an address with a slash behind it.
    """

    regex = r"(?s:(?!/).*[^/]/)"

    def to_python(self, value: str) -> str:
        """Take the slash off."""
        return value[:-1]

    def to_url(self, value: str) -> str:
        """Put the slash on."""
        return f"{super().to_url(value)}/"


CONVERTERS = {"quart_video_file": FileConverter, "quart_video_folder": FolderConverter}
