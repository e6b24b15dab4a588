// What the watch page can do beside its player, where JavaScript runs.

import { offer } from "./choices.js";
import { enhance } from "./player.js";
import { set, setting } from "./positions.js";

const shown = document.querySelector("video.qv-player");
const main = (shown.closest(".qv-screen") ?? shown).parentElement;

function follow(direction) {
  main.querySelector(`a[rel=${direction}]`)?.click();
}

const more = { P: () => follow("prev"), N: () => follow("next"), "?": showHelp };
const { video, part, page, offset, say, play } = await enhance(main, { target: window, more, follow });

const locale = navigator.languages.find((it) => it.startsWith(document.documentElement.lang));
for (const time of main.querySelectorAll("time")) // which the server writes in UTC
  time.textContent = new Date(time.dateTime)
    .toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });

async function showHelp() {
  const { showKeys } = await import("./help.js");
  showKeys(main);
}

offer(part("help"), "click", showHelp);

const autoplay = part("autoplay");
if (autoplay) {
  autoplay.parentElement.hidden = false;
  autoplay.checked = setting("autoplay") !== "off";
}

try {
  if (sessionStorage.getItem("quart-video:go") === location.pathname) play();
  sessionStorage.removeItem("quart-video:go");
} catch { /* then someone presses play */ }

for (const link of main.querySelectorAll("[data-qv-seek]"))
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab, by the address
    event.preventDefault();
    video.currentTime = Number(link.dataset.qvSeek) + offset;
    video.focus();
  });

const copyButton = part("copy");
offer(copyButton, "click", async () => {
  const { copyLink } = await import("./copy.js");
  say(await copyLink(page, video, copyButton));
});
