// What the gallery can do where JavaScript runs: it stays up to date, shows how far each video has
// been watched and which to go on with, and closes its menus. Without, it is a page of links.

import { begun, keep, position } from "./positions.js";

const LIVE = "[data-qv-live]";
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 60_000;

const main = document.querySelector("[data-qv-status]").parentElement;
const status = main.querySelector("[data-qv-status]");

// As the server wrote it, to compare with: what is in the page has been decorated.
let written = [...main.querySelectorAll(LIVE)].map((region) => region.cloneNode(true));
let etag = null;
let wait = FIRST_WAIT;
let timer = 0;
let asking = false;

function name(item) {
  return item.querySelector("a").getAttribute("href");
}

/** Bring a list up to date; items that stay as they are are not touched. */
function updateList(list, before, after) {
  const known = new Map([...before.children].map((item) => [name(item), item]));
  const live = new Map([...list.children].map((item) => [name(item), item]));
  const wanted = [...after.children].map((item) => {
    const old = live.get(name(item));
    return old && known.get(name(item))?.isEqualNode(item) ? old : item.cloneNode(true);
  });
  for (const item of live.values()) if (!wanted.includes(item)) item.remove();
  wanted.forEach((item, index) => {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
}

function updateRegion(region, before, after) {
  const lists = [region, before, after].map((node) => node.querySelector("ul"));
  if (lists.every(Boolean)) updateList(...lists);
  else region.replaceChildren(...after.cloneNode(true).childNodes);
  const label = after.getAttribute("aria-labelledby");
  if (label) region.setAttribute("aria-labelledby", label);
  else region.removeAttribute("aria-labelledby");
}

/** Return what is to stay where it is on the screen: what has the focus, else what is at the top. */
function anchor() {
  const seen = ({ top, bottom }) => bottom > 0 && top < innerHeight;
  const items = [...main.querySelectorAll(`${LIVE} li`)];
  const visible = items.filter((item) => seen(item.getBoundingClientRect()));
  const item = visible.find((each) => each.contains(document.activeElement)) ?? visible[0];
  return item && { name: name(item), top: item.getBoundingClientRect().top };
}

function find(wanted) {
  return [...main.querySelectorAll(`${LIVE} a`)].find((a) => a.getAttribute("href") === wanted);
}

function show(page) {
  const fresh = [...page.querySelectorAll(LIVE)];
  const changed = fresh.map((region, index) => !region.isEqualNode(written[index]));
  if (fresh.length !== written.length || !changed.includes(true)) return false;
  const focused = document.activeElement.closest(`${LIVE} a`)?.getAttribute("href");
  const held = scrollY > 0 && anchor();
  main.querySelectorAll(LIVE).forEach((region, index) => {
    if (changed[index]) updateRegion(region, written[index], fresh[index]);
  });
  written = fresh;
  decorate();
  const kept = held && find(held.name)?.closest("li");
  if (kept) scrollBy({ top: kept.getBoundingClientRect().top - held.top, behavior: "instant" });
  // The element that had the focus was made anew, or has gone.
  if (focused && document.activeElement === document.body)
    (find(focused) ?? document.getElementById("qv-content"))?.focus({ preventScroll: true });
  status.textContent = status.dataset.qvChanged.replace("{count}", () =>
    main.querySelector(LIVE).textContent.trim());
  return true;
}

async function ask() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetch(location.href, {
      headers: { Accept: "text/html", ...(etag && { "If-None-Match": etag }) },
      cache: "no-store",
      redirect: "error", // to a login, for one
    });
    let changed = false;
    if (answer.status === 200) {
      etag = answer.headers.get("ETag");
      changed = show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
    wait = changed ? FIRST_WAIT : Math.min(wait * 1.5, LONGEST_WAIT);
  } catch {
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
  asking = false;
  later();
}

function later() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, wait);
}

/** Draw how far each video has been watched. */
function decorate() {
  for (const card of main.querySelectorAll(".qv-card")) {
    card.querySelector(".qv-progress")?.remove();
    const kept = position(card.querySelector("a").pathname);
    const percent = kept && Math.round(Math.min(kept.seconds / kept.duration, 1) * 100);
    if (!percent) continue;
    const bar = document.createElement("progress");
    bar.className = "qv-progress";
    bar.max = 100;
    bar.value = percent;
    bar.setAttribute("aria-label", status.dataset.qvWatched.replace("{percent}", percent));
    card.querySelector(".qv-thumb").append(bar);
  }
}

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

row?.querySelector("button").addEventListener("click", () => {
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
document.addEventListener("visibilitychange", () => {
  wait = FIRST_WAIT;
  if (document.hidden) clearTimeout(timer);
  else ask();
});
if (!navigator.connection?.saveData) later();
