// The list of keys. The watch page loads this when someone asks for it.

import { piece, style } from "./piece.js";
import { set, setting } from "./positions.js";

let help = null; // the promise of it

export async function showKeys(main) {
  help ??= style("help.css", main)
    .then(() => main.querySelector("dialog.qv-keys") ?? piece("keys", main));
  const shown = await help.catch(() => { help = null; });
  if (!shown) return;
  const box = shown.querySelector("[data-qv-keys]");
  box.onchange = () => set("keys", box.checked ? "on" : "off");
  box.checked = setting("keys") !== "off";
  if (!shown.open) shown.showModal();
}
