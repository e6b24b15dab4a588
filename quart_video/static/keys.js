// Keys for a player.

import { setting } from "./positions.js";

/** Return the key in Latin letters, whatever the alphabet and Caps Lock. */
function keyOf({ key, code, shiftKey }) {
  if (key.length > 1) return key;
  const letter = /^[a-z]$/i.test(key) ? key : (key > "~" && /^Key(.)$/.exec(code)?.[1]) || "";
  if (!letter) return key;
  return shiftKey ? letter.toUpperCase() : letter.toLowerCase();
}

/** Tell whether a key means something to where the focus is, or to the browser. */
function isTaken(event, key, isOurs) {
  if (event.defaultPrevented || event.isComposing) return true;
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  const target = event.target instanceof Element ? event.target : document.body;
  const fields = "input:not([type=checkbox], [type=range]), textarea, select, dialog[open]";
  if (target.closest(fields) || target.isContentEditable) return true;
  const own = target.closest(".qv-screen") && isOurs;
  if (/^Arrow(Up|Down)$/.test(key) && !own && !document.fullscreenElement) return true; // the page scrolls
  if (key === " ") return event.shiftKey || Boolean(target.closest("a, button, summary, input, [role]"));
  if (!key.startsWith("Arrow")) return false;
  const moves = own ? "input" : "video, a, button, summary, input, [role]";
  return event.shiftKey || Boolean(target.closest(moves));
}

/** Have keys that are pressed in `target` work. `more` are functions by key. */
export function listen({ video, target, more, changeSpeed, switchCaptions, seek, play, fullscreen, louder }) {
  const KEYS = {
    " ": play,
    k: play,
    j: () => seek(-10),
    l: () => seek(10),
    ArrowLeft: () => seek(-5),
    ArrowRight: () => seek(5),
    ArrowUp: () => louder(0.1),
    ArrowDown: () => louder(-0.1),
    m: () => { video.muted = !video.muted; },
    f: fullscreen,
    c: switchCaptions,
    "<": () => changeSpeed(-1),
    ">": () => changeSpeed(1),
    ...more,
  };
  for (let digit = 0; digit < 10; digit++)
    KEYS[digit] = () => { if (video.duration < 1 / 0) video.currentTime = (video.duration * digit) / 10; };

  target.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (isTaken(event, key, !video.controls)) return;
    const isOn = key === "?" || setting("keys") !== "off";
    if (!isOn || !Object.hasOwn(KEYS, key) || !KEYS[key]) return;
    event.preventDefault();
    if (!event.repeat || key.startsWith("Arrow") || "jl".includes(key)) KEYS[key]();
  });
}
