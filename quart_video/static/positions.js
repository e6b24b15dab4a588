// Where someone left off, and what they have watched: kept in the browser, by the path of the page.
// Where storage is refused or full, it holds for this page.

const MOST = 120_000; // characters of each table; the oldest go first
const spare = {}; // what could not be stored

export function read(name) {
  try {
    const kept = spare[name] ?? JSON.parse(localStorage.getItem(`quart-video:${name}`));
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}

const whenOf = (kept) => Number(kept?.when ?? kept) || 0;

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

/** Return a function that tells whether the video at a path has been watched. */
export function watchedPaths() {
  const kept = read("watched");
  return (path) => whenOf(kept[path]) > 0;
}

/** Note that a video has been watched to its end, or not. */
export function markWatched(path, watched) {
  const { [path]: before, ...kept } = read("watched");
  if (watched) kept[path] = Date.now();
  else if (!before) return;
  write("watched", kept);
  tellApp(path, { watched });
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
