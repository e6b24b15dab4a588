"""A page that plays a video, a library of videos at /videos/, and pages of one's own with both."""

from pathlib import Path

from quart import Quart, render_template

from example.magazine import magazine
from quart_video import video_bp

app = Quart(__name__)
app.config.update(MEDIA_ROOT=Path(__file__).parent / "videos", SECRET_KEY="put your own here")
app.config.from_prefixed_env()  # QUART_MEDIA_ROOT=s3://bucket/folder has them in an object store
app.register_blueprint(video_bp)
app.register_blueprint(magazine)


@app.get("/")
async def index() -> str:
    """Show the first video."""
    return await render_template("index.html")
