/** What of a page is kept while it is drawn anew: what was typed, what is unfolded, and the focus. */

const PEOPLE = '#group-people-title'; // where one goes on when what had the focus is gone

/** @param {any} root @param {() => void} draw */
export function keepingPlace(root, draw) {
  const typed = Array.from(root.querySelectorAll('input[id]'))
    .filter(({ value, defaultValue }) => value !== defaultValue)
    .map(({ id, value }) => [`#${id}`, value]);
  const unfolded = Array.from(root.querySelectorAll('details[open]'), ({ id }) => `#${id}`);
  const focused = root.contains(document.activeElement) ? placesOf(document.activeElement) : [];
  draw();
  for (const [field, value] of typed) Object.assign(root.querySelector(field) ?? {}, { value });
  for (const each of unfolded) root.querySelector(each)?.setAttribute('open', '');
  focusOnFirst(root, ['[aria-invalid="true"]', ...focused]);
}

/** Where an element is found again, or what stands nearest. @param {any} element */
function placesOf(element) {
  const { id, name, value } = element;
  const places = [PEOPLE];
  const details = element.closest('details');
  if (details) places.unshift(`#${details.id} > summary`);
  if (name && value) places.unshift(`[name="${name}"][value="${CSS.escape(value)}"]`);
  if (id) places.unshift(`#${id}`);
  return places;
}

function focusOnFirst(root, places) {
  const isShown = (element) => element?.getClientRects().length > 0;
  const found = places.length > 1 && places.map((place) => root.querySelector(place)).find(isShown);
  if (found) found.focus({ preventScroll: true });
}
