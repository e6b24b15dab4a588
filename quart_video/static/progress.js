// How it is kept where someone leaves off, and what they have watched. Pages load this once there is
// something to keep.

import { position, read, spare, whenOf } from "./positions.js";

const MOST = 120_000; // characters of each table; the oldest go first

export function write(name, table) {
  let rows = Object.entries(table).sort(([, a], [, b]) => whenOf(b) - whenOf(a));
  const text = () => JSON.stringify(Object.fromEntries(rows));
  while (text().length > MOST) rows = rows.slice(0, rows.length * 0.9);
  try {
    localStorage.setItem(`quart-video:${name}`, text());
    delete spare[name];
  } catch {
    spare[name] = Object.fromEntries(rows);
  }
}

function tellApp(path, detail) {
  document.dispatchEvent(new CustomEvent("quart-video:progress", { detail: { path, ...detail } }));
}

/** Keep a position, and what is to be shown with it; seconds 0 forgets it. */
export function keep(path, seconds, duration, about) {
  const kept = read("positions");
  if (!(seconds > 0) && !kept[path]) return;
  const poster = kept[path]?.poster;
  delete kept[path];
  if (seconds > 0) kept[path] = { seconds, duration, when: Date.now(), poster, ...about };
  write("positions", kept);
  tellApp(path, { seconds, duration, ...about });
}

/** Note that a video has been watched to its end, or not. */
export function markWatched(path, watched) {
  const { [path]: before, ...kept } = read("watched");
  if (watched) kept[path] = Date.now();
  else if (!before) return;
  write("watched", kept);
  tellApp(path, { watched });
}

const RESUME_AFTER = 10; // seconds: nobody misses what came before
const KEEP_EVERY = 5; // seconds

/**
 * Keep from now on where someone is in a video.
 * @param done the part of the duration after which it counts as watched
 * @param show called when that has changed
 * @return {note(watched), forget()}
 */
export function keepIn({ video, page, title }, done, show) {
  let kept = position(page)?.seconds ?? 0;

  function note(watched) {
    markWatched(page, watched);
    show();
  }

  function forget() {
    keep(page, 0);
  }

  /** Tell whether the player has lost its place: WebKit does so at an error. */
  function isLost() {
    return Boolean(video.error) && !video.currentTime;
  }

  function keepPosition() {
    const { currentTime, duration } = video;
    if (!(duration > 0) || duration === Infinity || isLost() || Math.abs(currentTime - kept) < 1) return;
    kept = currentTime;
    const worth = currentTime > RESUME_AFTER && currentTime < duration * done;
    if (currentTime >= duration * done) note(true);
    const poster = video.getAttribute("poster");
    const about = { title, folder: video.dataset.qvAlbum, ...(poster && { poster }) };
    keep(page, worth ? currentTime : 0, duration, about);
  }

  function end() {
    forget();
    note(true);
  }

  video.addEventListener("timeupdate", () => {
    if (!video.paused && Math.abs(video.currentTime - kept) >= KEEP_EVERY) keepPosition();
  });
  video.addEventListener("pause", keepPosition);
  video.addEventListener("ended", end);
  addEventListener("pagehide", () => { if (video.played.length) keepPosition(); });
  // It may have ended, or been left, before this was here.
  if (video.ended) end();
  else if (video.paused && video.played.length) keepPosition();
  return { note, forget };
}
