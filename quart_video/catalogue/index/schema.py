"""The tables of an index."""

from __future__ import annotations

import sqlite3
import unicodedata
import zlib
from contextlib import suppress

TABLES = """
-- Goes up whenever what a listing shows may have changed. It begins anywhere, so that what is
-- remembered of one index is not taken for what is in another one.
CREATE TABLE state (generation INTEGER NOT NULL);
INSERT INTO state VALUES (random() / 2);

CREATE TABLE folder (
  id INTEGER PRIMARY KEY,
  parent INTEGER,            -- NULL: it is the root
  path TEXT NOT NULL UNIQUE,
  key BLOB NOT NULL UNIQUE,  -- sorts as natural.folder_key does
  words TEXT NOT NULL,       -- of the whole path
  is_link INTEGER NOT NULL,  -- what is in it stands elsewhere, too, and only there
  fingerprint TEXT,          -- of the storage, when it was read
  entries INTEGER,           -- how many it had then; NULL: it is still to be read
  poster TEXT                -- JSON, as rows.pack_image makes it
);
CREATE INDEX folder_children ON folder (parent, key);
CREATE INDEX folder_unread ON folder (key) WHERE entries IS NULL;
INSERT INTO folder VALUES (1, NULL, '', x'', '', 0, NULL, NULL, NULL);

CREATE TABLE video (
  id INTEGER PRIMARY KEY,
  folder INTEGER NOT NULL,
  key BLOB NOT NULL,         -- sorts as natural.natural_key does; the name is behind its NUL
  size INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  version TEXT NOT NULL,
  type TEXT NOT NULL,        -- the extension with its dot
  words TEXT NOT NULL,       -- of the name, and of the title
  sidecars TEXT,               -- JSON, as rows.pack makes it: captions and a poster
  duration INTEGER,          -- microseconds; NULL: not known, or not of this version
  title TEXT,                -- as it is inside the file; NULL likewise
  asked TEXT                 -- who could not tell how long this version lasts, if anybody
);
CREATE UNIQUE INDEX video_place ON video (folder, key);

-- What is summed of each video: all else that is known of it takes ten times as long to pass.
CREATE TABLE video_size_type (
  id INTEGER PRIMARY KEY,    -- of the video; written with it
  size INTEGER NOT NULL,
  type TEXT NOT NULL
);
CREATE TRIGGER video_weighed AFTER UPDATE OF size ON video BEGIN
  UPDATE video_size_type SET size = new.size WHERE id = new.id;
END;
CREATE TRIGGER video_gone AFTER DELETE ON video BEGIN
  DELETE FROM video_size_type WHERE id = old.id;
END;

-- How many videos of a type are directly in a folder, and their bytes.
CREATE TABLE folder_stats (
  folder INTEGER NOT NULL,
  type TEXT NOT NULL,
  videos INTEGER NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (folder, type)
) WITHOUT ROWID;
"""

# Made when all folders have been read: one by one, rows cost them ten times as much.
ORDERS = """
CREATE INDEX IF NOT EXISTS video_modified ON video (modified);
CREATE INDEX IF NOT EXISTS video_size ON video (size);
CREATE INDEX IF NOT EXISTS video_duration ON video (duration) WHERE duration IS NOT NULL;
"""

INDEXED = 2
"""Beginnings of words up to so many letters are in the full-text index themselves, see "prefix"."""

# Rowids by word, and the places of these: what stands together is found without a look at a row.
# Our own words come out as they are: "ascii" takes all beyond ASCII for letters, and folds nothing
# of ours, which is lower case. With fewer merges, which make up for what the beginnings cost a
# scan, it is searched as fast.
_SEARCH = """
CREATE VIRTUAL TABLE search USING fts5 (
  words, content='', columnsize=0, tokenize="ascii tokenchars '^/|+#'",
  prefix='1 2'
);
INSERT INTO search (search, rank) VALUES ('automerge', 8);
-- How many videos have each word.
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (search, row);
"""

# The first word of the name with "^", all of its words, and those of the folders with "/". What no
# phrase goes across is a word of its own, "|".
SEARCH_TEXT = (
    "'^' || substr(v.words, 2, instr(substr(v.words, 2) || ' ', ' ') - 1) || v.words "
    "|| replace(rtrim(f.words, ' |'), ' ', ' /')"
)

APPLICATION = 0x71764958  # "qvIX"; what kind of file this is
VACUUM = "INCREMENTAL"
"""How a file gives room back, which is settled before it has a table."""

_TEXT = 8  # goes up when keys or words of names become others, or what names of captions tell

VERSION = zlib.crc32(
    f"{TABLES}{ORDERS}{_SEARCH}{SEARCH_TEXT}{VACUUM}{_TEXT}{unicodedata.unidata_version}".encode()
)
"""Of the tables, of their file, and of what makes what is in them of names."""


def is_ours(connection: sqlite3.Connection) -> bool:
    """Say whether the file is an index of this version."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(application == APPLICATION and version == _signed(VERSION))


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, in an empty file."""
    connection.executescript(f"BEGIN IMMEDIATE;{TABLES}")
    with suppress(sqlite3.OperationalError):  # built without FTS5: a search looks at all words
        for statement in _SEARCH.strip().split(";\n"):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_signed(VERSION)}")
    connection.execute("COMMIT")


def name_of(key: str) -> str:
    """Write what gives the name of a video, which is the end of its key."""
    return f"CAST(substr({key}, instr({key}, x'00') + 1) AS TEXT)"


def has_search(connection: sqlite3.Connection) -> bool:
    """Say whether there is a full-text index."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'search'")
    return found.fetchone() is not None


def has_orders(connection: sqlite3.Connection) -> bool:
    """Say whether there are indexes to sort by."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'video_duration'")
    return found.fetchone() is not None


def _signed(number: int) -> int:
    """Return what SQLite reads of 32 bits."""
    return number - (1 << 32) if number >= 1 << 31 else number
