"""How Sphinx builds the documentation. Nothing here needs a network."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version as version_of
from typing import ClassVar

from docutils.nodes import Node, container
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from quart_video import media_types, messages, settings

project = "quart-video"
author = "quart-video contributors"
copyright = author  # noqa: A001 - the name Sphinx looks for
version = release = version_of("quart-video")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 70
# There is no network to look up the names of other packages; ours must all be found.
nitpick_ignore_regex = [("py:.*", r"(?!quart_video\b).*")]

html_theme = "furo"
html_title = f"quart-video {version}"
html_static_path = ["static"]
html_css_files = ["docs.css"]
html_show_sphinx = False
html_copy_source = False


SETTING_TYPES = {
    "Mapping[str, Text]": "dict",
    "Mapping[str, str]": "dict",
    "str | Location | Storage": "str | Path | MemoryStorage",
    "tuple[str, ...]": "list[str]",
}
"""What users give, where it is not what the code makes of it."""


def settings_of(group: str) -> list[str]:
    """Write one group of the table that the package itself reads its settings by, as Markdown."""
    lines = []
    for row in settings.groups()[group]:
        key, default, doc = (row.metadata[name] for name in ("key", "default", "doc"))
        lines += [
            f"````{{confval}} {key}",
            f":type: `{SETTING_TYPES.get(str(row.type), row.type)}`",
            f":default: {'required' if default is settings.REQUIRED else f'`{default!r}`'}",
            "",
            f"Argument `{row.name}`. {doc}",
            "````",
            "",
        ]
    return lines


def types_table() -> list[str]:
    """Write the types that are known from the start, as Markdown."""
    extensions_of: dict[str, list[str]] = {}
    for extension, media_type in media_types.VIDEO_TYPES.items():
        extensions_of.setdefault(media_type, []).append(f"`{extension}`")
    rows = [f"| `{name}` | {' '.join(found)} |" for name, found in sorted(extensions_of.items())]
    return ["| Type | Extensions |", "|---|---|", *rows]


def texts_table() -> list[str]:
    """Write the texts of the pages, as Markdown."""
    rows = [f"| `{key}` | {text} |" for key, text in messages.TEXTS.items()]
    return ["| Key | Text |", "|---|---|", *rows]


class Generated(SphinxDirective):
    """Tables that stand in the code, where a page asks for them, by the names in `written`."""

    optional_arguments = 1
    final_argument_whitespace = True

    written: ClassVar[dict[str, Callable[..., list[str]]]] = {
        "settings": settings_of,
        "texts": texts_table,
        "types": types_table,
    }

    def run(self) -> list[Node]:
        """Have the page's own parser read it."""
        for source in (__file__, media_types.__file__, settings.__file__, messages.__file__):
            self.env.note_dependency(source)
        parent = container(classes=[self.name])
        lines = StringList(self.written[self.name](*self.arguments), "conf.py")
        self.state.nested_parse(lines, 0, parent)
        return [parent]


def setup(app: Sphinx) -> None:
    """Tell Sphinx of the directives."""
    for name in Generated.written:
        app.add_directive(name, Generated)
