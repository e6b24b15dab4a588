// What is wrong, and what to do about it: decided by what the player says and the server answers. Pure.

const LONGEST = 8; // seconds between two attempts, so that nobody waits long once it works again
const WITHHELD = [401, 403];
const [MEDIA_ERR_DECODE, MEDIA_ERR_SRC_NOT_SUPPORTED] = [3, 4];

/** Return the seconds before an attempt, the first of which has the number 0. */
export function delayOf(attempt, retryAfter = 0) {
  return Math.max(Math.min(0.5 * 2 ** attempt, LONGEST), retryAfter || 0);
}

/** Return the seconds that Retry-After asks for, as a number or as a date; 0 where it does not. */
export function secondsOf(field, now = Date.now()) {
  const seconds = /^\d+$/.test(field ?? "") ? Number(field) : (Date.parse(field) - now) / 1000;
  return Math.min(Math.max(seconds || 0, 0), 3600);
}

/** Judge by a status alone: what is wrong, or nothing. */
function refusal({ status, retryAfter }) {
  if (status === 404 || status === 410) return { problem: "gone" };
  if (WITHHELD.includes(status)) return { problem: "login" };
  if (status === 429 || status === 503) return { problem: "busy", then: "ask", retryAfter };
  return status === 0 || status >= 400 ? { problem: "network", then: "ask" } : null;
}

/**
 * Judge what happened.
 * @param player {code: that of its error, 0: it does not go on; played: whether frames were shown;
 *   loads: how often it has been loaded anew since; etag: of what it is to load; foreseen: what this
 *   browser does not play of it}
 * @param page {status, retryAfter, video} that the server answers to a request for what it knows of
 *   the video; status 0: nothing, "moved": it leads elsewhere, to a login for one
 * @param media the same of the video itself, without `video`; `stale`: its address is another by now
 * @return {problem: the text to show or null, then: "load" it anew, "ask" again, or undefined, retryAfter}
 */
export function judge(player, page, media) {
  const refused = page.status === "moved" ? { problem: "login" } : refusal(page);
  // An app may keep what is known of a video to itself, and send the video all the same.
  if (refused && (refused.then || !(media.status >= 200 && media.status < 300))) return refused;
  const video = page.video ?? {};
  if (video.size === 0) return { problem: "empty" };
  if (player.etag && video.etag && video.etag !== player.etag) return { problem: "replaced" };
  // The signature of an address ends. There is another by now.
  if (media.stale && WITHHELD.includes(media.status)) return { problem: null, then: "load", fresh: true };
  const withheld = media.status !== "moved" && refusal(media); // on to an object store
  if (withheld) return withheld;
  // The first time it may have been the network: browsers do not tell.
  const again = { problem: player.loads > 1 ? "network" : null, then: "load" };
  if (player.code < MEDIA_ERR_DECODE) return again;
  if (video.problem === "damaged") return { problem: "damaged" };
  if (player.foreseen === "type") return { problem: "type" };
  if (player.loads === 0 && (player.played || player.code === MEDIA_ERR_SRC_NOT_SUPPORTED)) return again;
  if (player.played) return { problem: "damaged" };
  return { problem: video.details ? "type" : "unknown" };
}
