// What the gallery can do where JavaScript runs: it shows how far each video has been watched and which
// to go on with, stays up to date, and closes its menus. Without, it is a page of links.

import { begun, position, set, setting, watchedPaths } from "./positions.js";

const SOON = 5_000; // milliseconds until it is asked for news the first time

const main = document.querySelector("[data-qv-status]").parentElement;
const status = main.querySelector("[data-qv-status]");

// As the server wrote it, to compare with: what is in the page has been decorated.
const written = [...main.querySelectorAll("[data-qv-live]")].map((region) => region.cloneNode(true));

const toggle = main.querySelector("[data-qv-unwatched-only]");
if (toggle) toggle.checked = setting("unwatched") === "on";

const locale = navigator.languages.find((it) => it.startsWith(document.documentElement.lang));
const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

/** Draw how far each video has been watched. What is new to everybody is not to who has seen it. */
function decorate() {
  const isWatched = watchedPaths();
  let hidden = 0;
  for (const card of main.querySelectorAll(".qv-card")) {
    card.querySelector(".qv-progress")?.remove();
    const time = card.querySelector("time"); // which the server writes in UTC
    if (time) (time.firstElementChild ?? time).textContent = dates.format(new Date(time.dateTime));
    const { pathname } = card.querySelector("a");
    const kept = position(pathname);
    const watched = isWatched(pathname);
    card.classList.toggle("qv-watched", watched);
    if (watched || kept) card.querySelector(".qv-new")?.remove();
    card.querySelector(".qv-seen")?.remove();
    if (watched && !kept) {
      const mark = Object.assign(document.createElement("span"), { className: "qv-seen", textContent: status.dataset.qvSeen });
      card.querySelector(".qv-badges")?.prepend(mark);
      hidden++;
    }
    const percent = kept && Math.round(Math.min(kept.seconds / kept.duration, 1) * 100);
    if (!percent) continue;
    const bar = document.createElement("progress");
    bar.className = "qv-progress";
    bar.max = 100;
    bar.value = percent;
    bar.setAttribute("aria-label", status.dataset.qvWatched.replace("{percent}", percent));
    card.querySelector(".qv-thumb").append(bar);
  }
  if (!toggle) return;
  toggle.parentElement.hidden = !hidden && !toggle.checked;
  main.toggleAttribute("data-qv-unwatched", toggle.checked);
}

toggle?.addEventListener("change", () => {
  set("unwatched", toggle.checked ? "on" : "off");
  decorate();
});

const row = main.querySelector("[data-qv-begun]");
const MOST_BEGUN = 12;

/** Show what someone has begun to watch. */
function showBegun() {
  if (!row) return;
  const cards = begun(row.dataset.qvBegun).slice(0, MOST_BEGUN).map(([path, about]) => {
    const card = row.querySelector("template").content.firstElementChild.cloneNode(true);
    const [link, title, folder, image] = ["a", "h3 bdi", ".qv-where bdi", "img"].map((it) => card.querySelector(it));
    link.href = path;
    title.textContent = about.title;
    folder.textContent = about.folder ?? "";
    image.addEventListener("error", () => image.remove());
    if (about.poster) image.src = about.poster;
    else image.remove();
    return card;
  });
  row.querySelector("ul").replaceChildren(...cards);
  row.hidden = !cards.length;
}

row?.querySelector("button").addEventListener("click", async () => {
  const { keep } = await import("./progress.js");
  for (const [path] of begun(row.dataset.qvBegun)) keep(path, 0);
  showAll();
  document.getElementById("qv-content")?.focus();
});

function showAll() {
  showBegun();
  decorate();
}

function closeMenus(except) {
  for (const menu of main.querySelectorAll(".qv-menu[open]"))
    if (!menu.contains(except)) menu.open = false;
}

addEventListener("click", (event) => closeMenus(event.target));
addEventListener("focusin", (event) => closeMenus(event.target));
addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".qv-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

showAll();
addEventListener("pageshow", showAll); // also on the way back from a video
document.addEventListener("quart-video:changed", showAll);

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Have the picture of a card move that someone points at, or goes to by keys. */
function move({ type, target, pointerType }) {
  const card = target.closest?.(".qv-card");
  if (!card?.querySelector("img") || still.matches || pointerType === "touch") return;
  if (type === "focusin" && !target.matches(":focus-visible")) return;
  import("./moving.js").then((it) => it.move(card), () => {});
}

for (const type of ["pointerover", "focusin"]) main.addEventListener(type, move);

let live = null; // the promise of what asks for news

function keepUp() {
  if (document.hidden || navigator.connection?.saveData) return;
  live ??= import("./live.js").then((it) => it.keepUp(main, written, showAll), () => { live = null; });
}

setTimeout(keepUp, SOON);
document.addEventListener("visibilitychange", keepUp);
