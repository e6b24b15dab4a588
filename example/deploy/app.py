"""The app of the guide to deployment. The environment says where the videos are."""

from quart import Quart

from quart_video import video_bp

app = Quart(__name__)
app.config.from_prefixed_env()  # QUART_MEDIA_ROOT and others
app.register_blueprint(video_bp)
