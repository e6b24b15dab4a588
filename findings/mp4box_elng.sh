#!/usr/bin/env bash
# mp4box.js 2.4.1 tells the language of a track with the NUL that ends it in the file: "en-GB\0", which is no language tag.
#
# The box elng (ISO/IEC 14496-12, 8.4.6) holds a BCP 47 tag that ends in a NUL. getInfo() gives it in place of the three
# letters of mdhd, as it should, but takes the NUL for a letter: new Intl.Locale() refuses it, and it equals no other tag.
#
# Seen, of a file with one track:
#   mdhd alone  "eng" locale en
#   with elng   "en-GB\u0000" locale RangeError
#
# It needs node and npm, and fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund mp4box@2.4.1 >npm.log
cat >try.mjs <<'JAVASCRIPT'
import assert from "node:assert";
import { createFile } from "mp4box";

const number = (value, bytes) => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
const zeros = (count) => Buffer.alloc(count);
const box = (type, ...parts) => {
  const payload = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
  return Buffer.concat([number(8 + payload.length, 4), Buffer.from(type, "latin1"), payload]);
};
const full = (type, flags, ...parts) => box(type, number(flags, 4), ...parts);

const matrix = Buffer.concat([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map((value) => number(value, 4)));
const english = number(0x15c7, 2); // "eng", five bits a letter
const entry = box("avc1", zeros(6), number(1, 2), zeros(16), number(160, 2), number(90, 2), zeros(14), zeros(32), number(24, 2), number(0xffff, 2));
const table = box(
  "stbl",
  full("stsd", 0, number(1, 4), entry),
  ...["stts", "stsc", "stco"].map((type) => full(type, 0, zeros(4))),
  full("stsz", 0, zeros(8)),
);
const film = (elng) =>
  Buffer.concat([
    box("ftyp", "isom", zeros(4), "isom"),
    box(
      "moov",
      full("mvhd", 0, zeros(8), number(1000, 4), zeros(4), number(0x10000, 4), number(0x100, 2), zeros(10), matrix, zeros(24), number(2, 4)),
      box(
        "trak",
        full("tkhd", 3, zeros(8), number(1, 4), zeros(8), zeros(16), matrix, number(160 << 16, 4), number(90 << 16, 4)),
        box(
          "mdia",
          full("mdhd", 0, zeros(8), number(1000, 4), zeros(4), english, zeros(2)),
          full("hdlr", 0, zeros(4), "vide", zeros(13)),
          ...elng,
          box("minf", full("vmhd", 1, zeros(8)), box("dinf", full("dref", 0, number(1, 4), full("url ", 1))), table),
        ),
      ),
    ),
  ]);

const languageOf = (data) => {
  const file = createFile();
  const buffer = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
  buffer.fileStart = 0;
  file.appendBuffer(buffer);
  file.flush();
  return file.getInfo().tracks[0].language;
};
const localeOf = (tag) => {
  try {
    return new Intl.Locale(tag).toString();
  } catch (error) {
    return error.name;
  }
};

const told = { "mdhd alone": languageOf(film([])), "with elng": languageOf(film([full("elng", 0, "en-GB\0")])) };
for (const [name, language] of Object.entries(told)) {
  console.log(name.padEnd(11), JSON.stringify(language), "locale", localeOf(language));
}
assert.deepStrictEqual(told, { "mdhd alone": "eng", "with elng": "en-GB\0" });
assert.strictEqual(localeOf(told["with elng"]), "RangeError");
JAVASCRIPT
node try.mjs
