"""Commands about libraries: those of an app, and what is the same without one."""

from quart_video.cli.app_commands import commands

__all__ = ["commands"]
