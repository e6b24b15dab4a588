// How a video goes on that has stopped: the server is asked what is wrong, and it is loaded anew.
// The page loads this as soon as someone plays, while the server can still be reached.

import { delayOf, judge, secondsOf } from "./verdict.js";

const STUCK = 8; // seconds in which nothing comes and nothing moves, while it should play
const PROVEN = 3; // seconds of playing after which an attempt counts as none
const LOOKS = 4; // that are taken for what the server will know of the file
const CUT_SHORT = 4; // seconds of the end that nobody has seen
const PATIENCE = 10_000; // milliseconds for one answer
const JUST_NOW = 1000; // milliseconds: Chromium pauses what it cannot go on with

async function ask(url, headers) {
  try {
    const answer = await fetch(url, {
      headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
    });
    const retryAfter = secondsOf(answer.headers.get("Retry-After"));
    return { answer, retryAfter, status: answer.type === "opaqueredirect" ? "moved" : answer.status };
  } catch {
    return { status: 0 };
  }
}

async function askForVideo(url) {
  const asked = await ask(url, { Accept: "application/json" });
  if (asked.status !== 200) return asked;
  return asked.answer.json().then((video) => ({ ...asked, video }), () => ({ status: 0 }));
}

async function askForMedia(url) {
  const asked = await ask(url, { Range: "bytes=0-0" });
  asked.answer?.body?.cancel();
  return asked;
}

/**
 * Watch over a video. `tell` shows what is wrong, or, with null, that nothing is.
 * @return what to call at an error, and, with true, when somebody asks for another attempt
 */
export function watchOver(video, foreseen, tell) {
  const { qvEtag: etag, qvExpires } = video.dataset;
  const expires = Number(qvExpires) * 1000; // NaN where nothing expires, or only by a 403
  const wanted = { place: video.currentTime, plays: !video.paused };
  let since = performance.now(); // when it was loaded
  let paused = -JUST_NOW;
  let begun = 0; // where it went on, at the last attempt
  let played = false;
  let attempt = 0; // how often it has been asked or loaded since it played
  let loads = 0; // how often it has been loaded since the server had nothing against it
  let loading = false; // it is to go on at the place that is wanted
  let looks = 0;
  let asking = false;
  let troubled = false; // something is told
  let timer = 0; // of the next attempt
  let watchdog = 0;

  function later(seconds, action) {
    clearTimeout(timer);
    timer = setTimeout(action, seconds * 1000);
  }

  // Of several addresses, the last one that does not play is no error of the video.
  const code = () => (video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE ? 4 : video.error?.code ?? 0);
  const isHeld = () => loading || code() > 0 || !video.readyState;

  /** Take the addresses that the server has by now: signatures end. */
  function renew({ url, download_url: save, mp4, captions }) {
    const fresh = mp4?.url ? [mp4.url, url] : [url];
    const sources = [...video.querySelectorAll("source")];
    if (sources.length) sources.forEach((source, index) => { source.src = fresh.at(index - sources.length) ?? url; });
    else video.src = fresh[0];
    for (const link of (video.closest("[data-qv-player]") ?? document).querySelectorAll("[data-qv-download]")) if (save) link.href = save;
    [...video.querySelectorAll("track[kind=captions]")].forEach((track, index) => {
      if (track.readyState !== HTMLTrackElement.LOADED && captions[index]) track.src = captions[index].url;
    });
  }

  function load() {
    // Loading takes back the event of a seek that it has not told of yet.
    if (video.seeking && (video.currentTime || !isHeld())) wanted.place = video.currentTime;
    loading = true;
    attempt++;
    loads++;
    since = performance.now();
    video.load();
  }

  function arrive() {
    if (!loading) return;
    loading = false;
    begun = wanted.place;
    if (!video.currentTime) video.currentTime = wanted.place; // else someone has gone elsewhere meanwhile
    if (wanted.plays) video.play().catch(() => {});
  }

  async function recover() {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    const page = await askForVideo(video.dataset.qvApi);
    const current = new URL(video.currentSrc || video.src, location.href);
    current.hash = "";
    const media = page.status ? await askForMedia(current) : { status: 0 };
    const known = [page.video?.url, page.video?.mp4?.url].filter(Boolean);
    media.stale = !known.some((url) => new URL(url, location.href).href === current.href);
    asking = false;
    const player = { code: code(), played, loads, etag, foreseen };
    const { problem, then, fresh, retryAfter } = judge(player, page, media);
    tell(problem);
    troubled = Boolean(problem);
    if (fresh) renew(page.video);
    if (then === "ask") {
      loads = 0;
      later(delayOf(attempt++, retryAfter), recover);
    } // the server may be looking into it just now
    else if (problem === "unknown" && looks++ < LOOKS) later(looks * 2, recover);
    else if (then === "load") attempt ? later(delayOf(attempt - 1), load) : load();
  }

  function again(byHand) {
    if (byHand) attempt = loads = 0;
    if (performance.now() - paused < JUST_NOW) wanted.plays = true;
    recover();
  }

  // A browser that was sent on to an object store asks there again and again; when the address has
  // expired, it waits for what never comes.
  function checkExpiry() {
    if (performance.now() - since > expires && !loading) load();
  }

  // Not all that stops says so: Firefox may stand at the end of what it has, as if it played.
  function watch() {
    clearTimeout(watchdog);
    const idle = video.paused && !video.seeking && !loading;
    if (idle || video.ended || code()) return;
    watchdog = setTimeout(recover, STUCK * 1000 * 2 ** Math.min(attempt, 2));
  }

  const on = (types, action) => types.split(" ").forEach((type) => video.addEventListener(type, action));
  on("timeupdate", () => {
    // At an error WebKit is at 0, and Firefox plays what it has.
    if (loading || !video.readyState || !video.currentTime || video.ended) return;
    wanted.place = video.currentTime;
    played ||= !video.paused;
    if (!video.paused && wanted.place - begun > PROVEN) attempt = loads = 0;
  });
  on("seeking", () => {
    if (!isHeld()) begun = wanted.place = video.currentTime;
  });
  on("play playing", () => { wanted.plays = true; });
  on("pause", () => {
    if (isHeld()) return;
    wanted.plays = false;
    paused = performance.now();
  });
  on("loadedmetadata", arrive);
  on("seeking stalled waiting", checkExpiry);
  on("loadstart progress loadedmetadata seeking seeked waiting playing timeupdate pause ended error", watch);
  on("ended", () => {
    // Chromium takes the end of a file that was cut short for the end of the film.
    if (wanted.place < video.duration - CUT_SHORT) tell("damaged");
  });
  on("loadstart", () => { since = performance.now(); });
  addEventListener("online", () => { if (troubled) again(); });
  document.addEventListener("visibilitychange", () => { if (troubled && !document.hidden) again(); });
  watch(); // it may be standing already, and nothing happens any more
  return again;
}
