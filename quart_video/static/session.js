// What the page can do once the video has been played: the keys of headphones and lock screens, and
// what comes after it. The page loads this at the first play.

import { set } from "./positions.js";

const COUNTDOWN = 8; // seconds before the next video begins

function tellSystem(video, main, seek, follow) {
  if (!("mediaSession" in navigator)) return;
  const { qvAlbum: album, qvArtist: artist } = video.dataset;
  const artwork = video.poster ? [{ src: video.poster }] : [];
  const on = (action, handler) => {
    try {
      navigator.mediaSession.setActionHandler(action, handler);
    } catch { /* a browser that does not know this one */ }
  };
  const title = video.getAttribute("aria-label");
  navigator.mediaSession.metadata = new MediaMetadata({ title, album, artist, artwork });
  on("seekbackward", ({ seekOffset }) => seek(-(seekOffset ?? 10)));
  on("seekforward", ({ seekOffset }) => seek(seekOffset ?? 10));
  on("seekto", ({ seekTime }) => { video.currentTime = seekTime; });
  for (const [action, direction] of [["previoustrack", "prev"], ["nexttrack", "next"]])
    if (main.querySelector(`a[rel=${direction}]`)) on(action, () => follow(direction));
}

/** Begin the next video after a countdown, unless someone does anything that says otherwise. */
function playNext(video, main, follow) {
  const choice = main.querySelector("[data-qv-autoplay]");
  const next = main.querySelector("a[rel=next]");
  if (!choice || !next) return;
  const { qvNextIn, qvCancel } = choice.dataset;
  const line = Object.assign(document.createElement("p"), { className: "qv-next-in", hidden: true });
  line.setAttribute("role", "status");
  const words = document.createElement("span");
  const cancel = Object.assign(document.createElement("button"), {
    type: "button", className: "qv-link", textContent: qvCancel,
  });
  line.append(words, cancel);
  (video.closest(".qv-screen") ?? main).append(line); // where one looks at the end
  let timer = 0;

  function stop() {
    clearInterval(timer);
    timer = 0;
    line.hidden = true;
  }

  function start() {
    if (!choice.checked || timer || main.querySelector(".qv-problem:not([hidden])")) return;
    let left = COUNTDOWN;
    const show = () => { words.textContent = qvNextIn.replace("{seconds}", left); };
    show();
    line.hidden = false;
    timer = setInterval(() => {
      left--;
      show();
      if (left > 0) return;
      stop();
      try {
        sessionStorage.setItem("quart-video:go", next.pathname);
      } catch { /* then it waits for someone to press play */ }
      follow("next");
    }, 1000);
  }

  video.addEventListener("ended", start);
  for (const type of ["play", "seeking"]) video.addEventListener(type, stop);
  cancel.addEventListener("click", () => {
    stop();
    video.focus();
  });
  choice.addEventListener("change", () => {
    set("autoplay", choice.checked ? "on" : "off");
    if (!choice.checked) stop();
  });
}

/** @param seek goes so many seconds on or back; @param follow opens the video "prev" or "next" */
export function begin(video, main, seek, follow) {
  tellSystem(video, main, seek, follow);
  // Of several players on a page, the system is told of the last that plays.
  video.addEventListener("play", () => tellSystem(video, main, seek, follow));
  playNext(video, main, follow);
}
