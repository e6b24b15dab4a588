"""Pages and pieces out of templates: the app's, those of one mount, and ours."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from jinja2 import BaseLoader, Environment, TemplateNotFound
from quart import current_app, render_template

from quart_video.library.library import Library

logger = logging.getLogger("quart_video")

_OURS = "quart_video/"
_ORIGINALS = "quart_video/default/"
_KEY = "quart_video.environments"


async def render(library: Library, name: str, **context: Any) -> str:
    """Render a template of ours for a mount: what has taken its place there, if something has.

    :param name: as ``quart_video/watch.html``.
    """
    folder = library.settings.templates
    if folder is None:
        return await render_template(name, **context)
    environments: dict[str, Environment] = current_app.extensions.setdefault(_KEY, {})
    if folder not in environments:
        environments[folder] = _environment(current_app.jinja_env, folder)
    template: Any = environments[folder].get_template(name)
    return await render_template(template, **context)  # Jinja takes it as it is


def _environment(environment: Environment, folder: str) -> Environment:
    """Return one that is as the app's, but for where it looks for templates of ours first."""
    if not any(name.startswith(f"{folder}/") for name in environment.list_templates()):
        logger.warning(
            "VIDEO_TEMPLATES is %r, and there is no template in such a folder: the pages are as "
            "they would be without. It counts from the folders with the templates of the app.",
            folder,
        )
    assert environment.loader is not None
    return environment.overlay(loader=_MountLoader(environment.loader, folder))


class _MountLoader(BaseLoader):
    """Has templates in *folder* take the place of ours, also where others name them."""

    def __init__(self, loader: BaseLoader, folder: str) -> None:
        self._loader = loader
        self._folder = folder

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return the source of a template, as Jinja asks for it."""
        if template.startswith(_OURS) and not template.startswith(_ORIGINALS):
            own = f"{self._folder}/{template.removeprefix(_OURS)}"
            try:
                return self._loader.get_source(environment, own)
            except TemplateNotFound:
                pass
        return self._loader.get_source(environment, template)
