// The controls over the picture, in the place of the browser's, as they are before anybody comes near
// them: they play. All else that they do is in control_bar.js, which is loaded then.

import { setting } from "./positions.js";

/** Return what keys may do, too; that is less where a page has no controls of ours. */
export function control(video, offset) {
  const screen = video.closest(".qv-screen");
  const bar = screen?.querySelector(".qv-controls");

  function play() {
    if (video.paused) video.play().catch(() => {}); // what went wrong is told by its event
    else video.pause();
  }

  function seek(seconds) {
    video.currentTime = Math.max(0, Math.min(video.duration || 0, video.currentTime + seconds));
  }

  if (!bar) return { play, seek };
  const part = (name) => bar.querySelector(`[data-qv-${name}]`);
  let loading = null;
  let live = null; // what is loaded

  function load(event) {
    loading ??= import("./control_bar.js").then(({ enliven }) => {
      live = enliven(video, screen, bar, { offset, play, seek }, event);
    }).catch(() => show(false)); // those of the browser can do it all
    return loading;
  }

  function show(ours) {
    video.controls = !ours;
    bar.hidden = !ours;
  }

  for (const type of ["pointermove", "pointerdown", "keydown", "focusin"]) addEventListener(type, load, { once: true });
  for (const type of ["play", "seeking"]) video.addEventListener(type, load, { once: true });
  part("play").addEventListener("click", play);
  video.addEventListener("click", () => (live ? live.tap() : play()));
  video.addEventListener("play", () => { delete screen.dataset.qvFresh; }, { once: true });
  bar.addEventListener("click", ({ target }) => { // somebody was faster
    if (!live) load().then(() => target.closest("button:not([data-qv-play])")?.click());
  });
  const line = bar.querySelector(".qv-line input");
  const stretch = () => { if (video.duration < 1 / 0) line.max = video.duration; };
  video.addEventListener("durationchange", stretch);
  stretch();
  line.addEventListener("input", () => { if (!live) video.currentTime = line.value; });
  if (!video.paused || video.currentTime) load();
  else screen.dataset.qvFresh = "";

  const theatre = part("theatre");
  const main = screen.closest(".qv-main");
  const isWide = setting("theatre") === "on";
  theatre.hidden = !main;
  theatre.setAttribute("aria-pressed", isWide);
  main?.toggleAttribute("data-qv-theatre", isWide);
  part("pip").hidden = !document.pictureInPictureEnabled;
  video.tabIndex = -1; // it may still take the focus, so that keys are for it
  show(true);
  return {
    play, seek,
    fullscreen: () => load().then(() => live?.fullscreen()),
    louder: (by) => load().then(() => live?.louder(by)),
  };
}
