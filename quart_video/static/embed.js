// The player in a frame of another page. Nearly all of it is the browser's own: it stays small.

import { begin, goOn, preview } from "./begin.js";

const main = document.querySelector(".qv-embed main");
const video = main.querySelector("video");

// The title makes room for the picture.
for (const [type, plays] of [["play", true], ["pause", false], ["ended", false]])
  video.addEventListener(type, () => main.toggleAttribute("data-qv-plays", plays));

goOn(video, null, () => {}); // there is no room for words
preview(video, main.querySelector("[data-qv-storyboard]"), await begin(video));
