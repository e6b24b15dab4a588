// The pictures of a video, one after the other, on its card in the gallery, while someone points at it.

import { draw, tilesOf } from "./previews.js";

const DWELL = 500; // milliseconds: nobody wants what they only pass
const EACH = 500; // milliseconds for one picture
const known = new Map(); // promises of tiles, by the address of the page

let current = null;
let timer = 0;

/** Return the tiles of the video at the address of its page; none where there is no storyboard. */
async function fetchTiles(page) {
  const api = page.replace("/-/watch/", "/-/api/videos/"); // it knows the address, signed where it has to be
  const answer = await fetch(api, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`no video: ${answer.status}`);
  const { storyboard_url: storyboard } = await answer.json();
  return storyboard ? tilesOf(storyboard) : [];
}

function stop() {
  clearTimeout(timer);
  current?.querySelector(".qv-moving")?.remove();
  current = null;
}

async function start(card) {
  const page = card.querySelector("a").href;
  if (!known.has(page)) known.set(page, fetchTiles(page));
  const tiles = await known.get(page).catch(() => {
    known.delete(page); // it may be being made just now
    return [];
  });
  if (current !== card || tiles.length < 2) return;
  const thumb = card.querySelector(".qv-thumb");
  const image = Object.assign(document.createElement("img"), { className: "qv-moving", alt: "" });
  let index = 0;

  async function next() {
    const tile = tiles[index];
    const [, , width, height] = tile.box;
    draw(image, tile);
    const scale = Math.max(thumb.clientWidth / width, thumb.clientHeight / height);
    Object.assign(image.style, {
      inlineSize: `${width}px`, blockSize: `${height}px`, inset: "50% auto auto 50%", objectFit: "none",
      transform: `scale(${scale}) translate(-50%, -50%)`, transformOrigin: "0 0",
    });
    await image.decode().catch(() => {});
    if (current !== card) return;
    if (!image.parentElement) thumb.append(image); // now that there is something to see
    index = (index + 1) % tiles.length;
    timer = setTimeout(next, EACH);
  }

  next();
}

/** Have the picture of a card move from now on, until someone leaves it. */
export function move(card) {
  if (card === current) return;
  stop();
  current = card;
  timer = setTimeout(() => start(card), DWELL);
  for (const type of ["pointerleave", "focusout"]) card.addEventListener(type, stop, { once: true });
}
