// For scripts of an app, which keeps for each user what the browser keeps by itself.

import { read } from "./positions.js";
import { write } from "./progress.js";

/** Take over what an app has kept: {path: {seconds, duration, watched, title, when}}. */
export function takeOver(rows) {
  const [positions, watched] = [read("positions"), read("watched")];
  for (const [path, { watched: done, when = Date.now(), ...kept }] of Object.entries(rows)) {
    if (done) watched[path] = when;
    else if (done === false) delete watched[path];
    if (kept.seconds > 0) positions[path] = { ...positions[path], ...kept, when };
    else if (kept.seconds === 0) delete positions[path];
  }
  write("positions", positions);
  write("watched", watched);
  document.dispatchEvent(new Event("quart-video:changed"));
}
