// What a player can do on whatever page it is, where JavaScript runs.

/** Write seconds as a clock does. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Return the seconds on the time line before the video begins; captions are moved by as many. */
export async function begin(video) {
  if (!video.dataset.qvStart) return 0;
  const { moveCues, offsetOf } = await import("./timeline.js");
  const offset = offsetOf(video);
  for (const track of video.querySelectorAll("track")) moveCues(track, offset);
  return offset;
}

/** Show what is seen at another time, where there are pictures of that. */
export function preview(video, storyboard, offset) {
  if (storyboard)
    import("./previews.js").then(({ showPreviews }) => showPreviews(video, storyboard, clock, offset));
}
