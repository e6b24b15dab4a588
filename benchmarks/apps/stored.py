"""Ours, with the films in the object store that ``STORE`` is the address of."""

import os

from quart import Quart

from quart_video import video_bp

app = Quart(__name__)
app.config["MEDIA_ROOT"] = f"s3://{os.path.basename(os.environ['MEDIA_ROOT'])}"
app.config["VIDEO_STORE_OPTIONS"] = {
    "endpoint": os.environ["STORE"],
    "allow_http": True,
    "region": "us-east-1",
    "access_key_id": "nobody",
    "secret_access_key": "asks",
}
app.config["VIDEO_STORE_DELIVERY"] = os.environ.get("VIDEO_STORE_DELIVERY", "proxy")
app.register_blueprint(video_bp)
