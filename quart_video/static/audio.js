// The sound track is changed without leaving the page, and chosen again where a film has the same
// language. The page loads this where there are several.

import { set, setting } from "./positions.js";

const menu = document.querySelector("[data-qv-audio]");
const video = document.querySelector("video.qv-player");
const links = [...menu.querySelectorAll("a")];
const numberOf = (link) => new URL(link.href).searchParams.get("audio");

/** Show the page that plays the track, at the time where the video is. */
function leave(link, replaces) {
  const url = new URL(link.href);
  if (video.currentTime >= 1) url.searchParams.set("t", video.currentTime.toFixed(1));
  if (replaces) location.replace(url);
  else location.assign(url);
}

async function describe(link) {
  const api = new URL(video.dataset.qvApi, location.href);
  api.searchParams.set("audio", numberOf(link));
  const answer = await fetch(api, { headers: { Accept: "application/json" }, cache: "no-cache" });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

/** Have the video load again what it is to play, and go on where it is. */
function play({ url, api_url: api, media_type: type, mp4 }) {
  const plays = !video.paused;
  const begun = new URL(video.currentSrc || location.href).hash;
  const from = new URL(mp4.url ?? url, location.href);
  from.hash = video.currentTime ? `t=${video.currentTime.toFixed(3)}` : begun;
  Object.assign(video.dataset, {
    qvApi: api,
    qvType: mp4.url ? "video/mp4" : type,
    qvSounds: `*${mp4.codecs?.split(", ")[1] ?? "?"}`,
  });
  (video.querySelector("source") ?? video).src = from;
  video.load();
  if (plays) video.play().catch(() => {}); // what goes wrong is told by its event
}

async function choose(link, replaces = false) {
  let told;
  try {
    told = await describe(link);
  } catch {
    return leave(link, replaces);
  }
  // The page tells how far the sound is, and has captions at the times of what it plays.
  if (!told.mp4 || told.mp4.sound === "preparing" || video.dataset.qvStart) return leave(link, replaces);
  play(told);
  for (const each of links) each.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  menu.querySelector("summary").textContent = menu.dataset.qvAudio.replace("{track}", () => link.textContent);
  const here = new URL(location.href);
  here.searchParams.set("audio", numberOf(link));
  here.searchParams.delete("t");
  history.replaceState(history.state, "", here);
}

for (const link of links)
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
    set("audio", link.lang);
    if (!link.hasAttribute("aria-current")) choose(link);
  });

menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
addEventListener("click", ({ target }) => {
  if (!menu.contains(target)) menu.open = false;
});

const wanted = setting("audio");
if (wanted && !new URL(location.href).searchParams.has("audio")) {
  const same = links.filter((link) => link.lang === wanted);
  if (same.length && !same.some((link) => link.hasAttribute("aria-current"))) choose(same[0], true);
}
