// Pieces of a page that most visitors never see: they are fetched when somebody asks for one.

/** Link a style sheet, and wait until it is there, or is not. */
export function style(name, place) {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = import.meta.url.replace(/[^/]*$/, name);
  const loaded = new Promise((done) => { sheet.onload = sheet.onerror = done; });
  place.before(sheet);
  return loaded;
}

/** Add a piece at the end of an element; return it. */
export async function piece(name, element) {
  const answer = await fetch(import.meta.url.replace(/static\/.*/, `piece/${name}`));
  if (!answer.ok) throw new Error(`no ${name}: ${answer.status}`);
  const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
  const made = document.adoptNode(body.firstElementChild);
  element.append(made);
  return made;
}
