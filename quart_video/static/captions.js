// How captions look, and when they show: chosen on the watch page, and kept in the browser. The
// page loads this once someone opens the menu, or has chosen something before.

import { piece, style } from "./piece.js";
import { set, setting } from "./positions.js";
import { moveCues } from "./timeline.js";

const LOOKS = ["size", "color", "background"];
const STEP = 0.1; // seconds
const MOST = 600; // seconds of delay
const MANY = 100; // videos whose delay is kept, the last that were set

function kept(name) {
  try {
    const value = JSON.parse(setting(name));
    return value && typeof value === "object" ? value : {};
  } catch {
    return {}; // of another's making
  }
}

function keep(name, value) {
  set(name, JSON.stringify(value));
}

/** Return a delay in whole steps, 0 where it is none. */
function rounded(seconds) {
  const steps = Math.round(Number(seconds) / STEP) || 0;
  return Math.max(-MOST, Math.min(MOST, steps * STEP)).toFixed(1) * 1;
}

/** Have the menu change the captions of a video. Without a delay they begin at `offset`. */
export async function styleCaptions(video, menu, offset) {
  const { qvPage: page } = video.dataset;
  if (!menu.querySelector("[name=delay]")) await piece("caption_style", menu);
  const field = (name) => menu.querySelector(`[name=${name}]`);
  const delay = field("delay");

  style("captions.css", video);

  function show(name) {
    // The sheet has a rule for each choice that is not the browser's own.
    video.setAttribute(`data-qv-cue-${name}`, field(name).value);
  }

  function setDelay(seconds) {
    const value = rounded(seconds);
    delay.value = value;
    for (const track of video.querySelectorAll("track[kind=captions]")) moveCues(track, offset + value);
    const { [page]: before, ...delays } = kept("delays");
    if (value === (before ?? 0)) return;
    const entries = [...Object.entries(delays), ...value ? [[page, value]] : []];
    keep("delays", Object.fromEntries(entries.slice(-MANY)));
  }

  const looks = kept("cues");
  for (const name of LOOKS) {
    const choice = field(name);
    if ([...choice.options].some(({ value }) => value === looks[name])) choice.value = looks[name];
    show(name);
    choice.addEventListener("change", () => {
      show(name);
      keep("cues", { ...kept("cues"), [name]: choice.value });
    });
  }
  setDelay(kept("delays")[page]);
  delay.addEventListener("change", () => setDelay(delay.value));
  for (const button of menu.querySelectorAll("[data-qv-step]"))
    button.addEventListener("click", () => setDelay(Number(delay.value) + Number(button.dataset.qvStep)));
  menu.querySelector("[data-qv-usual]").addEventListener("click", () => {
    for (const name of LOOKS) {
      field(name).value = "";
      show(name);
    }
    keep("cues", {});
    setDelay(0);
  });
}
