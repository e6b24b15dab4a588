// A link to a moment of a video. The watch page loads this when someone asks for one.

async function copy(text, place) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without TLS there is no clipboard, but there is the old way.
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  field.className = "qv-hidden";
  place.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("not copied");
}

/** Copy the address of `page` at the time where the video is; returns what to tell of it. */
export async function copyLink(page, video, button) {
  const link = new URL(page, location.href);
  const seconds = Math.floor(video.currentTime);
  if (seconds) link.searchParams.set("t", seconds);
  const { qvCopied, qvFailed } = button.dataset;
  const text = await copy(link.href, button.parentElement).then(() => qvCopied, () => qvFailed);
  button.focus();
  return text.replace("{link}", () => link.href);
}
