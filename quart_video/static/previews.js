// What is seen at a time that someone points at on the time line: a small picture, and the chapter.

const CUE = /(\d+):(\d\d):(\d\d\.\d+) --> \S+\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

const AGAIN = 5000; // milliseconds; a storyboard that is being made now may be there then

/** Fetch a storyboard; its tiles, in order. */
export async function tilesOf(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`no storyboard: ${answer.status}`);
  return [...(await answer.text()).matchAll(CUE)].map(([, hours, minutes, seconds, sheet, ...box]) => ({
    start: hours * 3600 + minutes * 60 + Number(seconds), sheet, box: box.map(Number),
  }));
}

/** Show a tile, which is a part of a sheet, in an image. */
export function draw(image, { sheet, box: [x, y, width, height] }) {
  if (image.getAttribute("src") !== sheet) image.src = sheet;
  Object.assign(image, { width, height, hidden: false });
  image.style.objectPosition = `-${x}px -${y}px`;
}

/**
 * Show over the time line in `element` what is seen where someone points, drags or goes by keys.
 * The pictures count from `offset`, where the video begins on the time line of the browser.
 * @param event which had this loaded
 */
export function showPreviews(video, element, clock, offset, event) {
  const line = element.querySelector("input");
  const tile = Object.assign(document.createElement("div"), { className: "qv-tile", hidden: true });
  const [image, chapter, time] = ["img", "b", "span"].map((it) => document.createElement(it));
  Object.assign(image, { alt: "", hidden: true });
  chapter.dir = "auto";
  tile.append(image, chapter, time);
  element.append(tile);
  const { qvStoryboard: storyboard } = element.dataset;
  const chapters = [...video.textTracks].find((track) => track.kind === "chapters");
  if (chapters?.mode === "disabled") chapters.mode = "hidden"; // which has it loaded
  let tiles = null; // a promise of them
  let wanted = null; // the time that is looked at now

  function fetchTiles() {
    if (!storyboard) return Promise.resolve([]);
    return tilesOf(storyboard).catch(() => {
      setTimeout(() => { tiles = null; }, AGAIN);
      return [];
    });
  }

  function nameChapter(seconds) {
    const cues = [...chapters?.cues ?? []];
    chapter.textContent = cues.findLast(({ startTime }) => startTime <= seconds)?.text ?? "";
  }

  function place(seconds) {
    const middle = (seconds / (Number(line.max) || 1)) * element.clientWidth;
    const room = element.clientWidth - tile.offsetWidth;
    tile.style.insetInlineStart = `${Math.max(0, Math.min(room, middle - tile.offsetWidth / 2))}px`;
  }

  async function show(seconds) {
    wanted = seconds;
    time.textContent = clock(seconds);
    nameChapter(seconds);
    tile.hidden = false;
    place(seconds);
    tiles ??= fetchTiles();
    const all = await tiles;
    if (wanted !== seconds) return; // meanwhile someone looks elsewhere, or has left
    const found = all.findLast(({ start }) => start + offset <= seconds) ?? all[0];
    if (!found) return;
    draw(image, found);
    nameChapter(seconds); // it may have come meanwhile
    place(seconds);
  }

  function pointed({ clientX }) {
    const { left, width } = line.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - left) / width)) * Number(line.max);
  }

  function hide() {
    wanted = null;
    tile.hidden = true;
  }

  line.addEventListener("pointermove", (event) => show(pointed(event)));
  for (const type of ["pointerleave", "pointercancel", "blur"]) line.addEventListener(type, hide);
  line.addEventListener("input", () => show(Number(line.value)));
  if (line.matches(":hover") && event.clientX) show(pointed(event));
}
