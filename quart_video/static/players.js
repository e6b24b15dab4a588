// The players in a page of an app, each by itself.

import { enhance } from "./player.js";

for (const main of document.querySelectorAll("[data-qv-player]")) enhance(main);
