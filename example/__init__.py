"""A page that plays a video, and a library of videos at /videos/."""

from pathlib import Path

from quart import Quart, render_template

from quart_video import video_bp

app = Quart(__name__)
app.config["MEDIA_ROOT"] = Path(__file__).parent / "videos"
app.register_blueprint(video_bp)


@app.get("/")
async def index() -> str:
    """Show the first video."""
    return await render_template("index.html")
