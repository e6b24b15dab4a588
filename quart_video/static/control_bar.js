// The controls of a player once somebody comes near them, or it plays: one time line, sound, and how
// large the picture is. What captions and speed begin with is chosen elsewhere.

import { clock } from "./begin.js";
import { style } from "./piece.js";
import { set, setting } from "./positions.js";

const IDLE = 2500; // milliseconds until they are out of the way of a film that plays
const STEP = 5; // seconds, by an arrow key on the time line
const [PLAY, PAUSE] = ["M7 4v16l13-8z", "M8 5v14M16 5v14"];
const SOUND = "M4 9v6h4l5 4V5L8 9z";
const [LOUD, MUTED] = [`${SOUND}M17 8a6 6 0 0 1 0 8`, `${SOUND}M17 9l5 6m0-6l-5 6`];
const [SEEN, LOADED, REST] = ["#6ddccd", "rgb(255 255 255 / 55%)", "rgb(255 255 255 / 25%)"];

/** Have a button look and be called as what it does now. */
function turn(button, isOn, drawings) {
  const { dataset } = button;
  dataset.qvName ??= button.getAttribute("aria-label");
  button.title = isOn ? dataset.qvElse : dataset.qvName;
  button.setAttribute("aria-label", button.title);
  button.querySelector("path").setAttribute("d", drawings[Number(isOn)]);
}

const lifted = new WeakSet(); // the captions that the controls have moved
const bands = (stops) => `linear-gradient(90deg, ${stops.join()})`;

/** Draw and move the time line. Return where it ends, in seconds. */
function follow(video, element, { offset, play, seek }, event) {
  const line = element.querySelector("input");
  const end = () => (video.duration < 1 / 0 ? video.duration : Number(line.max));
  const percent = (seconds) => `${Math.min(100, (100 * seconds) / end()) || 0}%`;
  const chapters = (element.dataset.qvChapters ?? "").split(" ").map((it) => Number(it) + offset).filter((it) => it > offset);
  let wanted = null; // the time that it is dragged to

  function paint() {
    const now = wanted ?? video.currentTime;
    if (line.max !== String(end())) line.max = end();
    line.value = now;
    line.setAttribute("aria-valuetext", clock(now));
    const stops = [`${SEEN} 0 ${percent(now)}`];
    for (let each = 0; each < video.buffered.length; each++) {
      const [from, to] = [video.buffered.start(each), video.buffered.end(each)];
      if (to > now) stops.push(`${REST} 0 ${percent(from)}`, `${LOADED} 0 ${percent(to)}`);
    }
    const marks = chapters.flatMap((it) => {
      const [from, to] = ["-", "+"].map((sign) => `calc(${percent(it)} ${sign} 1.5px)`);
      return [`transparent 0 ${from}`, `#000 0 ${to}`];
    });
    line.style.backgroundImage = `${marks.length ? `${bands([...marks, "transparent 0"])},` : ""}${bands([...stops, `${REST} 0`])}`;
    element.parentElement.querySelector(".qv-clock").textContent = `${clock(now)} / ${clock(end())}`;
  }

  line.addEventListener("input", () => {
    wanted = Number(line.value);
    paint();
  });
  line.addEventListener("change", () => {
    video.currentTime = Number(line.value);
    wanted = null;
  });
  line.addEventListener("keydown", (event) => {
    const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
    if (ctrlKey || altKey || metaKey || shiftKey) return;
    const sign = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[key];
    if (sign) seek(sign * STEP);
    else if (key === " ") play();
    else return;
    event.preventDefault();
  });
  // Pictures, and the names of chapters: nobody waits for what nobody looks at.
  let looking = null;
  const look = (now) => {
    looking ??= import("./previews.js").then((it) => it.showPreviews(video, element, clock, offset, now)).catch(() => {});
  };
  for (const type of ["pointermove", "focus"]) line.addEventListener(type, look, { once: true });
  for (const type of ["timeupdate", "seeking", "durationchange", "progress"]) video.addEventListener(type, paint);
  paint();
  if (line.matches(":hover") && event) look(event);
}

/** Keep captions, which have no place of their own, above the controls. */
function lift(video, bar, isShown) {
  const row = video.clientHeight * 0.05; // as browsers write them
  for (const track of video.textTracks)
    for (const cue of (track.mode === "showing" && track.activeCues) || []) {
      if (!lifted.has(cue) && cue.line !== "auto") continue;
      lifted.add(cue);
      const lines = cue.text.split("\n").length + Math.ceil(bar.lastElementChild.offsetHeight * 1.8 / row);
      const line = isShown ? -lines : "auto";
      if (cue.line === line) continue;
      cue.line = line;
      const { endTime } = cue;
      cue.endTime = endTime + 0.001; // or Chromium draws it where it was
      cue.endTime = endTime;
    }
}

/** Take them out of the way while nobody needs them. Return what is to happen at a tap on the picture. */
function hideIdle(video, screen, bar, play, fullscreen) {
  let timer = 0;
  let byTouch = false;
  let wasIdle = false;
  const place = () => lift(video, bar, !("qvIdle" in screen.dataset));

  function sleep() {
    if (video.paused) return;
    if (bar.querySelector(":focus-visible, select:focus") || (!byTouch && bar.matches(":hover"))) wake();
    else screen.dataset.qvIdle = "";
    place();
  }

  function wake() {
    if ("qvIdle" in screen.dataset) {
      delete screen.dataset.qvIdle;
      place();
    }
    clearTimeout(timer);
    timer = setTimeout(sleep, IDLE);
  }

  screen.addEventListener("pointerdown", ({ pointerType }) => {
    byTouch = pointerType === "touch";
    wasIdle = "qvIdle" in screen.dataset;
  }, true);
  for (const type of ["pointermove", "pointerdown", "keydown", "focusin"]) screen.addEventListener(type, wake);
  screen.addEventListener("pointerleave", ({ pointerType }) => { if (pointerType === "mouse") sleep(); });
  for (const type of ["play", "pause", "seeking"]) video.addEventListener(type, wake);
  video.addEventListener("dblclick", () => { if (!byTouch) fullscreen(); });
  for (const track of video.textTracks) track.addEventListener("cuechange", place);
  place();
  wake();
  return function tap() {
    if (!byTouch || video.paused) play();
    else if (!wasIdle) sleep(); // a finger shows them, or has them go
  };
}

/**
 * Have the controls in `bar` do what they are for.
 * @param player {offset, play, seek}
 * @param event which had this loaded, if it was one
 * @return {fullscreen, louder(by), tap}
 */
export function enliven(video, screen, bar, player, event) {
  const { play } = player;
  const part = (name) => bar.querySelector(`[data-qv-${name}]`);
  const [playing, mute, volume, large, pip, theatre] = ["play", "mute", "volume", "fullscreen", "pip", "theatre"].map(part);
  for (const button of bar.querySelectorAll("button")) button.title = button.getAttribute("aria-label");

  function fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (screen.requestFullscreen) screen.requestFullscreen().catch(() => {});
    else video.webkitEnterFullscreen?.();
  }

  function setVolume(value) {
    video.volume = Math.max(0, Math.min(1, value));
    video.muted = !video.volume;
  }

  function hear() {
    const value = video.muted ? 0 : video.volume;
    volume.value = value;
    volume.style.backgroundImage = bands([`#fff 0 ${100 * value}%`, `${REST} 0`]);
    turn(mute, !value, [LOUD, MUTED]);
  }

  follow(video, bar.querySelector(".qv-line"), player, event);
  style("control_bar.css", screen);
  const tap = hideIdle(video, screen, bar, play, fullscreen);

  const before = Number(setting("volume", 1));
  if (before > 0 && before <= 1) video.volume = before;
  volume.addEventListener("input", () => setVolume(Number(volume.value)));
  mute.addEventListener("click", () => {
    if (video.volume) video.muted = !video.muted;
    else setVolume(1);
  });
  video.addEventListener("volumechange", () => {
    hear();
    if (!video.muted) set("volume", video.volume);
  });
  hear();

  const showPlaying = () => turn(playing, !video.paused, [PLAY, PAUSE]);
  for (const type of ["play", "pause", "emptied"]) video.addEventListener(type, showPlaying);
  showPlaying();

  large.hidden = !screen.requestFullscreen && !video.webkitEnterFullscreen;
  large.addEventListener("click", fullscreen);
  pip.addEventListener("click", () => {
    const change = document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture();
    change.catch(() => {}); // nothing is loaded yet
  });
  const main = screen.closest(".qv-main");
  theatre.addEventListener("click", () => {
    const isWide = main.toggleAttribute("data-qv-theatre");
    theatre.setAttribute("aria-pressed", isWide);
    set("theatre", isWide ? "on" : "off");
  });
  return { fullscreen, louder: (by) => setVolume((video.muted ? 0 : video.volume) + by), tap };
}
