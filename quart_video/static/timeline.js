// Where on the time line of this browser a video begins whose own clock does not begin at 0.

import { ISO, isStrict } from "./foresee.js";

/** Return how many seconds the browser leaves empty before the video. */
export function offsetOf(video) {
  const start = Number(video.dataset.qvStart ?? 0);
  // Firefox begins at 0. Chromium keeps the clock of the file, WebKit that of MP4 alone: it tells
  // the tracks of sound, which Chromium does not.
  if (isStrict(video)) return 0;
  return "audioTracks" in video && !ISO.includes(video.dataset.qvType) ? 0 : start;
}

const wanted = new WeakMap(); // seconds by which the cues of a `<track>` are to be later than in its file
const written = new WeakMap(); // where each cue begins and ends in its file

/**
 * Have all cues of a `<track>` so many seconds later than in its file; a negative number is earlier.
 * It has none before it is loaded, nor shows any while it is switched off: they are moved then.
 */
export function moveCues(element, seconds) {
  const isNew = !wanted.has(element);
  wanted.set(element, seconds);
  const move = () => {
    if (element.readyState !== HTMLTrackElement.LOADED) return;
    for (const cue of [...element.track.cues ?? []]) { // which are sorted anew meanwhile
      if (!written.has(cue)) written.set(cue, [cue.startTime, cue.endTime]);
      const [start, end] = written.get(cue).map((time) => time + wanted.get(element));
      if (start === cue.startTime) continue;
      if (start > cue.startTime) cue.endTime = end; // as no cue may end before it starts
      cue.startTime = start;
      cue.endTime = end;
    }
  };
  move();
  if (!isNew) return;
  element.addEventListener("load", move);
  element.parentElement.textTracks.addEventListener("change", move);
}
