// What a player begins with, and what changes it: speed and captions, as they were chosen last.

import { set, setting } from "./positions.js";

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 3];

/** Show an element, which is hidden where no JavaScript runs, and have it do something. */
export function offer(element, type, action) {
  if (!element) return;
  (element.closest("label") ?? element).hidden = false;
  element.addEventListener(type, action);
}

/** Play at the speed that was chosen last; returns what changes it by steps. */
export function chooseSpeed({ video, part }) {
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
export function chooseCaptions({ video, part }) {
  const tracks = [...video.textTracks].filter((track) => track.kind === "captions"); // not chapters
  const captions = part("captions");
  let shown = 0; // the track that the key shows again

  function showCaptions(index) {
    tracks.forEach((track, each) => { track.mode = each === index ? "showing" : "disabled"; });
  }

  function nameOf(track) {
    return `${track.language} ${track.label}`;
  }

  /** Return which track to begin with: as left, else one in a language of the browser, of which the
   * server knows the best where it is told that language. */
  function firstCaptions() {
    const wanted = setting("captions");
    if (wanted === "off") return -1;
    const asLeft = tracks.findIndex((track) => nameOf(track) === wanted);
    if (asLeft >= 0) return asLeft;
    const best = video.querySelector("track[kind=captions][default]")?.track ?? tracks[0];
    const primary = (tag) => tag.split("-")[0].toLowerCase();
    for (const language of navigator.languages) {
      const alike = tracks.filter((track) => primary(track.language) === primary(language));
      if (alike.includes(best)) break;
      const same = alike.find((track) => track.language === language) ?? alike[0];
      if (same) return tracks.indexOf(same);
    }
    return tracks.indexOf(best);
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
