// A second time line, with a small picture of what is seen at each time.

const CUE = /(\d+):(\d\d):(\d\d\.\d+) --> \S+\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

const AGAIN = 5000; // milliseconds; a storyboard that is being made now may be there then

/** Fetch a storyboard; its tiles, in order. */
async function tilesOf(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`no storyboard: ${answer.status}`);
  return [...(await answer.text()).matchAll(CUE)].map(([, hours, minutes, seconds, sheet, ...box]) => ({
    start: hours * 3600 + minutes * 60 + Number(seconds), sheet, box: box.map(Number),
  }));
}

/** Show a tile, which is a part of a sheet, in an image. */
function draw(image, { sheet, box: [x, y, width, height] }) {
  if (image.getAttribute("src") !== sheet) image.src = sheet;
  Object.assign(image, { width, height });
  image.style.objectPosition = `-${x}px -${y}px`;
}

/**
 * Show the time line, and over it what is seen where someone points, drags or goes by keys.
 * The pictures count from `offset`, where the video begins on the time line of the browser.
 */
export function showPreviews(video, element, clock, offset) {
  const line = element.querySelector("input");
  const tile = element.querySelector(".qv-tile");
  let tiles = null; // a promise of them: nobody waits for what nobody looks at
  let wanted = null; // the time that is looked at now

  function fetchTiles() {
    return tilesOf(element.dataset.qvStoryboard).catch(() => {
      setTimeout(() => { tiles = null; }, AGAIN);
      return [];
    });
  }

  async function show(seconds) {
    wanted = seconds;
    tiles ??= fetchTiles();
    const all = await tiles;
    if (wanted !== seconds) return; // meanwhile someone looks elsewhere, or has left
    const found = all.findLast(({ start }) => start + offset <= seconds) ?? all[0];
    if (!found) return;
    draw(tile.firstElementChild, found);
    tile.lastElementChild.textContent = clock(seconds);
    tile.hidden = false;
    const middle = (seconds / (Number(line.max) || 1)) * element.clientWidth;
    const room = element.clientWidth - tile.offsetWidth;
    const start = Math.max(0, Math.min(room, middle - tile.offsetWidth / 2));
    tile.style.insetInlineStart = `${start}px`;
  }

  function pointed({ clientX }) {
    const { left, width } = line.getBoundingClientRect();
    const along = (clientX - left) / width;
    const part = getComputedStyle(line).direction === "rtl" ? 1 - along : along;
    return Math.max(0, Math.min(1, part)) * Number(line.max);
  }

  function hide() {
    wanted = null;
    tile.hidden = true;
  }

  if (offset) line.max = String(Number(line.max) + offset);
  element.hidden = false;
  line.addEventListener("pointermove", (event) => show(pointed(event)));
  line.addEventListener("pointerleave", hide);
  line.addEventListener("blur", hide);
  line.addEventListener("input", () => {
    video.currentTime = Number(line.value);
    show(Number(line.value));
  });
  video.addEventListener("timeupdate", () => { line.value = String(video.currentTime); });
}
