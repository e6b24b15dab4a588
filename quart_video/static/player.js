// What a player does, on whatever page it is.

import { begin, clock, goOn, preview } from "./begin.js";
import { foresee, isHeard, seen } from "./foresee.js";
import { keep, markWatched, position, set, setting, watchedPaths } from "./positions.js";

const RESUME_AFTER = 10; // seconds: nobody misses what came before
const DONE = 0.95; // of the duration: the rest are credits
const KEEP_EVERY = 5; // seconds
const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 3];

/** Show an element, which is hidden where no JavaScript runs, and have it do something. */
export function offer(element, type, action) {
  if (!element) return;
  (element.closest("label") ?? element).hidden = false;
  element.addEventListener(type, action);
}

/** Keep where someone leaves off, and go on there the next time. */
function resumeIn({ video, part, page, title, say }) {
  let kept = 0;
  const seenButton = part("seen");
  const showSeen = () => seenButton?.setAttribute("aria-pressed", watchedPaths()(page));

  /** Note that it has been watched, or not. */
  function note(watched) {
    markWatched(page, watched);
    showSeen();
  }

  offer(seenButton, "click", () => note(!watchedPaths()(page)));
  showSeen();

  /** Tell whether the player has lost its place: WebKit does so at an error. */
  function isLost() {
    return Boolean(video.error) && !video.currentTime;
  }

  function keepPosition() {
    const { currentTime, duration } = video;
    if (!(duration > 0) || duration === Infinity || isLost() || Math.abs(currentTime - kept) < 1) return;
    kept = currentTime;
    const worth = currentTime > RESUME_AFTER && currentTime < duration * DONE;
    if (currentTime >= duration * DONE) note(true);
    const poster = video.getAttribute("poster");
    const about = { title, folder: video.dataset.qvAlbum, ...(poster && { poster }) };
    keep(page, worth ? currentTime : 0, duration, about);
  }

  function resume() {
    const left = position(page);
    if (video.currentSrc.includes("#t=") || video.currentTime > 1 || !left) return;
    if (left.seconds >= video.duration * DONE) return;
    kept = video.currentTime = left.seconds;
    say(part("status").dataset.qvResumed.replace("{time}", clock(left.seconds)));
    part("restart").hidden = false;
  }

  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) resume();
  else video.addEventListener("loadedmetadata", resume, { once: true });
  video.addEventListener("timeupdate", () => {
    if (!video.paused && Math.abs(video.currentTime - kept) >= KEEP_EVERY) keepPosition();
  });
  video.addEventListener("pause", keepPosition);
  video.addEventListener("ended", () => {
    keep(page, 0);
    note(true);
  });
  document.addEventListener("quart-video:changed", () => { // by the app
    showSeen();
    if (video.readyState && !video.played.length) resume();
  });
  addEventListener("pagehide", () => { if (video.played.length) keepPosition(); });
  part("restart").addEventListener("click", () => {
    video.currentTime = 0;
    keep(page, 0);
    say("");
    video.focus();
  });
}

/** Tell what goes wrong, and have it go on by itself. */
function watchOverIt({ main, video }) {
  const board = main.querySelector(".qv-problem");

  function tell(problem) {
    let remedy;
    for (const text of board.querySelectorAll("[data-qv-problem]")) {
      text.hidden = text.dataset.qvProblem !== problem;
      if (!text.hidden) remedy = text.dataset.qvRemedy;
    }
    for (const offered of board.querySelectorAll("[data-qv-offer]"))
      offered.hidden = offered.dataset.qvOffer !== remedy;
    board.hidden = !problem;
    if (problem) board.scrollIntoView({ block: "nearest" }); // it stands above the player
  }

  const foreseen = foresee(video);
  let told = null; // what is said of the picture or the sound

  function look() {
    tell(told = seen(video, foreseen));
  }

  video.addEventListener("timeupdate", () => {
    // WebKit says late how large the picture is.
    if (told === "sound" ? isHeard(video) : told && video.videoWidth > 0) look();
  });

  const again = goOn(video, foreseen, tell);

  video.addEventListener("loadeddata", look);
  if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) look();
  else tell(foreseen); // nothing has been loaded, and need not be for this
  board.addEventListener("click", ({ target }) => {
    if (target.closest("[data-qv-offer=reload]")) location.reload();
    if (!target.closest("[data-qv-offer=retry]")) return;
    again(true);
    video.focus();
  });
}

/** Play at the speed that was chosen last; returns what changes it by steps. */
function chooseSpeed({ video, part }) {
  function setSpeed(value) {
    video.defaultPlaybackRate = video.playbackRate = value; // the former for when it loads again
  }

  const speed = part("speed");
  offer(speed, "change", () => setSpeed(Number(speed.value)));
  video.addEventListener("ratechange", () => {
    set("speed", video.playbackRate);
    if (speed) speed.value = String(video.playbackRate);
  });
  if (SPEEDS.includes(Number(setting("speed")))) setSpeed(Number(setting("speed")));

  return (step) => {
    const now = SPEEDS.findIndex((value) => value >= video.playbackRate);
    setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, now + step))] ?? 1);
  };
}

/** Show the captions that were chosen last; returns what switches them off and on. */
function chooseCaptions({ video, part }) {
  const tracks = [...video.textTracks].filter((track) => track.kind === "captions"); // not chapters
  const captions = part("captions");
  let shown = 0; // the track that the key shows again

  function showCaptions(index) {
    tracks.forEach((track, each) => { track.mode = each === index ? "showing" : "disabled"; });
  }

  function nameOf(track) {
    return `${track.language} ${track.label}`;
  }

  /** Return which track to begin with: as left, else one in a language of the browser. */
  function firstCaptions() {
    const wanted = setting("captions");
    if (wanted === "off") return -1;
    const asLeft = tracks.findIndex((track) => nameOf(track) === wanted);
    if (asLeft >= 0) return asLeft;
    const primary = (tag) => tag.split("-")[0].toLowerCase();
    for (const language of navigator.languages) {
      const same = tracks.findIndex((track) => primary(track.language) === primary(language));
      if (same >= 0) return same;
    }
    return 0;
  }

  function noteCaptions() {
    const index = tracks.findIndex((track) => track.mode === "showing");
    if (captions) captions.value = index < 0 ? "" : String(index);
    if (index >= 0) shown = index;
    return index;
  }

  if (tracks.length) {
    const first = firstCaptions();
    shown = Math.max(first, 0);
    showCaptions(first);
    noteCaptions();
    // From now on it is someone's choice, be it in our menu or in that of the player.
    // But not when tracks inside the file arrive: WebKit switches all off then.
    let chosen = first;
    let known = video.textTracks.length;
    let arrived = -1000;
    const isArriving = () => {
      if (video.textTracks.length !== known) arrived = performance.now();
      known = video.textTracks.length;
      if (performance.now() - arrived > 1000) return false;
      setTimeout(() => { if (noteCaptions() !== chosen) showCaptions(chosen); });
      return true;
    };
    video.textTracks.addEventListener("addtrack", isArriving);
    video.textTracks.addEventListener("change", () => {
      if (isArriving()) return;
      const index = noteCaptions();
      if (index !== chosen) set("captions", index < 0 ? "off" : nameOf(tracks[index]));
      chosen = index;
    });
  }
  offer(captions, "change", () => showCaptions(captions.value === "" ? -1 : Number(captions.value)));
  return () => showCaptions(noteCaptions() < 0 ? shown : -1);
}

/** Let the look of captions be chosen. */
function styleCaptions({ video, part, offset }) {
  const menu = part("look");
  let styling = null; // the promise of what changes their look, once it is asked for
  const style = () => styling ??= import("./captions.js")
    .then((module) => module.styleCaptions(video, menu, offset));
  offer(menu, "toggle", style);
  if (menu && (setting("cues") || setting("delays"))) style();
}

/** Return the key in Latin letters, whatever the alphabet and Caps Lock. */
function keyOf({ key, code, shiftKey }) {
  if (key.length > 1) return key;
  const letter = /^[a-z]$/i.test(key) ? key : (key > "~" && /^Key(.)$/.exec(code)?.[1]) || "";
  if (!letter) return key;
  return shiftKey ? letter.toUpperCase() : letter.toLowerCase();
}

/** Tell whether a key means something to where the focus is, or to the browser. */
function isTaken(event, key) {
  if (event.defaultPrevented || event.isComposing) return true;
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest("input:not([type=checkbox]), textarea, select, dialog[open]") || target.isContentEditable)
    return true;
  const moves = key === " " || key.startsWith("Arrow");
  return moves && (event.shiftKey || Boolean(target.closest("video, a, button, summary, input, [role]")));
}

/** Have keys work. */
function listen({ video, target, more, changeSpeed, switchCaptions, seek, play }) {
  function fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (video.requestFullscreen) video.requestFullscreen().catch(() => {});
    else video.webkitEnterFullscreen?.();
  }

  const KEYS = {
    " ": play,
    k: play,
    j: () => seek(-10),
    l: () => seek(10),
    ArrowLeft: () => seek(-5),
    ArrowRight: () => seek(5),
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
    if (isTaken(event, key)) return;
    const isOn = key === "?" || setting("keys") !== "off";
    if (!isOn || !Object.hasOwn(KEYS, key)) return;
    event.preventDefault();
    if (!event.repeat || key.startsWith("Arrow") || "jl".includes(key)) KEYS[key]();
  });
}

/** Have the player in `main` do all of this. `more` are functions by key, `follow` opens "prev" or "next". */
export async function enhance(main, { target = main, more = {}, follow = null } = {}) {
  const video = main.querySelector("video.qv-player");
  const part = (name) => main.querySelector(`[data-qv-${name}]`);
  const player = {
    main, video, part, target, more,
    page: video.dataset.qvPage,
    title: video.getAttribute("aria-label"),
    offset: await begin(video), // seconds on the time line before the video begins
    say(text) {
      part("status").textContent = text;
      part("restart").hidden = true;
    },
    play() {
      if (video.paused) video.play().catch(() => {}); // what went wrong is told by its event
      else video.pause();
    },
    seek(seconds) {
      video.currentTime = Math.max(0, Math.min(video.duration || 0, video.currentTime + seconds));
    },
  };
  resumeIn(player);
  if (main.querySelector(".qv-problem")) watchOverIt(player);
  player.changeSpeed = chooseSpeed(player);
  player.switchCaptions = chooseCaptions(player);
  styleCaptions(player);
  preview(video, part("storyboard"), player.offset);
  listen(player);
  const session = () => import("./session.js").then((it) => it.begin(video, main, player.seek, follow));
  video.addEventListener("play", session, { once: true });
  if (!video.paused) session();
  return player;
}
