// Where someone left off, and what they have watched: kept in the browser, by the path of the page.
// What writes it is in progress.js. Where storage is refused or full, it holds for this page.

export const spare = {}; // what could not be stored

export function read(name) {
  try {
    const kept = spare[name] ?? JSON.parse(localStorage.getItem(`quart-video:${name}`));
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}

export const whenOf = (kept) => Number(kept?.when ?? kept) || 0;

/** Return {seconds, duration} of the video at a path, or undefined. */
export function position(path) {
  const kept = read("positions")[path];
  return kept && kept.seconds >= 0 && kept.duration > 0 ? kept : undefined;
}

/** Return [path, {title, ...}] of what has been begun below a path, the last first. */
export function begun(prefix) {
  return Object.entries(read("positions"))
    .filter(([path, kept]) => path.startsWith(prefix) && typeof kept?.title === "string")
    .sort(([, a], [, b]) => b.when - a.when);
}

/** Return a function that tells whether the video at a path has been watched. */
export function watchedPaths() {
  const kept = read("watched");
  return (path) => whenOf(kept[path]) > 0;
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
