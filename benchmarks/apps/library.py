"""Ours: the four lines of the README, and some for what goes where in a run."""

import os

from quart import Quart

from quart_video import video_bp

app = Quart(__name__)
app.config["MEDIA_ROOT"] = os.environ["MEDIA_ROOT"]
app.config["VIDEO_CACHE"] = os.environ["VIDEO_CACHE"]
app.config["VIDEO_SENDFILE"] = os.environ.get("VIDEO_SENDFILE", "off")
# Else all would look into their files while others are measured.
app.config["VIDEO_SURVEY"] = False
app.register_blueprint(video_bp)
