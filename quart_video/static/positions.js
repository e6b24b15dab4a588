// Where someone left off in each video: kept in the browser, by the path of its page, without
// any query. Storage that is refused, full or written by another is as good as none.

const KEY = "quart-video:positions";
const MOST = 300;

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}

function write(kept) {
  const newest = Object.entries(kept).sort(([, a], [, b]) => b?.when - a?.when).slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(newest)));
  } catch { /* then it is forgotten */ }
}

/** Return {seconds, duration} of the video at a path, or undefined. */
export function position(path) {
  const kept = read()[path];
  return kept && kept.seconds >= 0 && kept.duration > 0 ? kept : undefined;
}

/** Return [path, {title, ...}] of what has been begun below a path, the last first. */
export function begun(prefix) {
  return Object.entries(read())
    .filter(([path, kept]) => path.startsWith(prefix) && typeof kept?.title === "string")
    .sort(([, a], [, b]) => b.when - a.when);
}

/** Keep a position, and what is to be shown with it; seconds 0 forgets it. */
export function keep(path, seconds, duration, about) {
  const kept = read();
  const poster = kept[path]?.poster;
  delete kept[path];
  if (seconds > 0) kept[path] = { seconds, duration, when: Date.now(), poster, ...about };
  write(kept);
}

/** Return what was set under a name, or the other value. */
export function setting(name, other) {
  try {
    return localStorage.getItem(`quart-video:${name}`) ?? other;
  } catch {
    return other;
  }
}

/** Set something under a name. */
export function set(name, value) {
  try {
    localStorage.setItem(`quart-video:${name}`, value);
  } catch { /* then it holds for this page only */ }
}
