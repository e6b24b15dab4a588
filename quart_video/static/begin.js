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

/** Have a video that stops go on, and `tell` why. Return what to call for another attempt. */
export function goOn(video, foreseen, tell) {
  let loaded = null; // at the first play, while the server answers
  let imports = 0;

  function load() {
    loaded ??= import(`./recover.js${imports ? `?${imports}` : ""}`) // browsers remember a failure
      .then(({ watchOver }) => watchOver(video, foreseen, tell))
      .catch(() => {
        imports++;
        tell("network");
        return new Promise((done) => setTimeout(done, 2000)).then(() => {
          loaded = null;
          return load();
        });
      });
    return loaded;
  }

  const again = (byHand) => load().then((act) => act(byHand));
  const fail = () => again();
  video.addEventListener("error", fail);
  // Of several addresses, it is the last one that tells when none of them plays.
  video.querySelector("source:last-of-type")?.addEventListener("error", fail);
  for (const type of ["play", "seeking"]) video.addEventListener(type, load, { once: true });
  if (video.error) fail();
  else if (!video.paused) load();
  return again;
}
