// How the gallery stays up to date while it is open. It is loaded when it is to ask for the first time.

const LIVE = "[data-qv-live]";
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 60_000;

let main, status, written, decorate;
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

/**
 * Keep a gallery up to date from now on.
 * @param before the regions as the server wrote them
 * @param draw called after each change
 */
export function keepUp(gallery, before, draw) {
  main = gallery;
  status = main.querySelector("[data-qv-status]");
  written = before;
  decorate = draw;
  document.addEventListener("visibilitychange", () => {
    wait = FIRST_WAIT;
    if (document.hidden) clearTimeout(timer);
    else ask();
  });
  ask();
}
