"""A page that plays a video, and a library of videos at /videos/."""

from pathlib import Path

from quart import Quart, render_template

from quart_video import video_bp

app = Quart(__name__)
app.config["MEDIA_ROOT"] = Path(__file__).parent / "videos"
app.config.from_prefixed_env()  # QUART_MEDIA_ROOT=s3://bucket/folder has them in an object store
app.register_blueprint(video_bp)


@app.get("/")
async def index() -> str:
    """Show the first video."""
    return await render_template("index.html")
