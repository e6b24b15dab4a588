#!/usr/bin/env bash
# PyAV 18.1.0 tells nothing of what comes with a picture that has Exif data: frame.side_data raises ValueError.
#
# Its wheels hold a libavcodec that hands out the Exif data of a JPEG, as a kind of side data (31) that av.sidedata has no
# name for. All of the mapping fails by that: the display matrix, which libavcodec has made of the orientation in the same Exif
# data, is not to be had either, and frame.rotation tells no mirroring. So it is with any film of Motion JPEG from a camera.
#
# Seen, with Pillow 12.3.0 for a picture to be turned by 90 degrees:
#   plain  rotation   0  side data: []
#   exif   rotation -90  side data: 31 is not a valid Type
#
# It fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check av==18.1.0 pillow==12.3.0
cat >try.py <<'PYTHON'
import av
from PIL import Image

image = Image.new("RGB", (160, 90), "red")
exif = Image.Exif()
exif[0x0112] = 6  # to be turned clockwise
image.save("plain.jpg")
image.save("exif.jpg", exif=exif)
seen = []
for name in ("plain", "exif"):
    with av.open(f"{name}.jpg") as container:
        frame = next(container.decode(video=0))
        try:
            told = str([each.type.name for each in frame.side_data])
        except ValueError as error:
            told = str(error)
        seen.append((name, frame.rotation, told))
for row in seen:
    print("{:6} rotation {:3}  side data: {}".format(*row))
assert seen == [("plain", 0, "[]"), ("exif", -90, "31 is not a valid Type")], seen
PYTHON
venv/bin/python try.py
