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

/** Move all cues of a `<track>`, whose times count from the beginning of the video. */
export function shiftCues(element, offset) {
  const shift = () => {
    for (const cue of [...element.track.cues ?? []]) { // which are sorted anew meanwhile
      cue.endTime += offset; // first, as no cue may end before it starts
      cue.startTime += offset;
    }
  };
  if (element.readyState === HTMLTrackElement.LOADED) shift();
  else element.addEventListener("load", shift, { once: true });
}
