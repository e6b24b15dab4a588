// The player in a frame of another page. It is the browser's own until somebody comes near it: that
// keeps it small where there are many.

import { begin, goOn } from "./begin.js";

const main = document.querySelector(".qv-embed main");
const video = main.querySelector("video");

// The title makes room for the picture.
for (const [type, plays] of [["play", true], ["pause", false], ["ended", false]])
  video.addEventListener(type, () => main.toggleAttribute("data-qv-plays", plays));

goOn(video, null, () => {}); // there is no room for words
const offset = await begin(video);
let coming = null;

async function come() {
  const names = ["choices", "controls", "keys"];
  coming ??= Promise.all(names.map((name) => import(`./${name}.js`))).then(([choices, controls, keys]) => {
    const part = (name) => main.querySelector(`[data-qv-${name}]`);
    const player = { video, part, target: window, ...controls.control(video, offset) };
    player.changeSpeed = choices.chooseSpeed(player);
    player.switchCaptions = choices.chooseCaptions(player);
    keys.listen(player);
  });
  await coming.catch(() => {}); // then it stays as it is
}

for (const type of ["pointerover", "focusin", "keydown"]) addEventListener(type, come, { once: true });
video.addEventListener("play", come, { once: true });
