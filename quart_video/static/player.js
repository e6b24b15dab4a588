// What a player does, on whatever page it is.

import { begin, clock, goOn } from "./begin.js";
import { chooseCaptions, chooseSpeed, offer } from "./choices.js";
import { control } from "./controls.js";
import { foresee, isHeard, seen } from "./foresee.js";
import { listen } from "./keys.js";
import { position, setting, watchedPaths } from "./positions.js";

const DONE = 0.95; // of the duration: the rest are credits

/** Go on where someone left off the last time, and have it kept where they leave off now. */
function resumeIn(player) {
  const { video, part, page, say } = player;
  const seenButton = part("seen");
  const showSeen = () => seenButton?.setAttribute("aria-pressed", watchedPaths()(page));
  let keeping = null; // the promise of what keeps it

  function keeps() {
    keeping ??= import("./progress.js").then((it) => it.keepIn(player, DONE, showSeen));
    return keeping.catch(() => { keeping = null; }); // browsers remember that; nothing is kept then
  }

  offer(seenButton, "click", async () => (await keeps())?.note(!watchedPaths()(page)));
  showSeen();

  function resume() {
    const left = position(page);
    if (video.currentSrc.includes("#t=") || video.currentTime > 1 || !left) return;
    if (left.seconds >= video.duration * DONE) return;
    video.currentTime = left.seconds;
    say(part("status").dataset.qvResumed.replace("{time}", clock(left.seconds)));
    part("restart").hidden = false;
  }

  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) resume();
  else video.addEventListener("loadedmetadata", resume, { once: true });
  for (const type of ["play", "seeking"]) video.addEventListener(type, keeps, { once: true });
  if (!video.paused) keeps();
  document.addEventListener("quart-video:changed", () => { // by the app
    showSeen();
    if (video.readyState && !video.played.length) resume();
  });
  part("restart").addEventListener("click", async () => {
    video.currentTime = 0;
    say("");
    video.focus();
    (await keeps())?.forget();
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

/** Let the look of captions be chosen. */
function styleCaptions({ video, part, offset }) {
  const menu = part("look");
  let styling = null; // the promise of what changes their look, once it is asked for
  const style = () => styling ??= import("./captions.js")
    .then((module) => module.styleCaptions(video, menu, offset));
  offer(menu, "toggle", style);
  if (menu && (setting("cues") || setting("delays"))) style();
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
  };
  Object.assign(player, control(video, player.offset));
  resumeIn(player);
  if (main.querySelector(".qv-problem")) watchOverIt(player);
  player.changeSpeed = chooseSpeed(player);
  player.switchCaptions = chooseCaptions(player);
  styleCaptions(player);
  listen(player);
  const session = () => import("./session.js").then((it) => it.begin(video, main, player.seek, follow));
  video.addEventListener("play", session, { once: true });
  if (!video.paused) session();
  return player;
}
