"""aiohttp's list of a folder: ``python -m ... PORT``."""

import os
import sys

from aiohttp import web

if __name__ == "__main__":
    app = web.Application()
    app.router.add_static("/videos/", os.environ["MEDIA_ROOT"], show_index=True)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
