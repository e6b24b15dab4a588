"""Ours: the four lines of the README."""

import os

from quart import Quart

from quart_video import video_bp

app = Quart(__name__)
app.config["MEDIA_ROOT"] = os.environ["MEDIA_ROOT"]
app.register_blueprint(video_bp)
