const SVG = 'http://www.w3.org/2000/svg';
/** On a grid of 24, as those of the pages (`templates/partials/macros.html`). */
const PATHS = {
  close: 'm6 6 12 12m0-12-12 12',
  previous: 'm15 5-7 7 7 7',
  next: 'm9 5 7 7-7 7',
  larger: 'm12 5v14m-7-7h14',
  smaller: 'm5 12h14',
  download: 'm12 4v11m-5.5-4.5 5.5 5.5 5.5-5.5m-12.5 9.5h14',
  play: 'm8 5 11 7-11 7z',
};

/**
 * @param {keyof typeof PATHS} name
 * @param {string} label
 * @param {'button'|'a'} [tag]
 * @returns {any} a button, or a link, with a sign alone
 */
export function iconButton(name, label, tag = 'button') {
  /** @type {any} */
  const button = document.createElement(tag);
  if (tag === 'button') button.type = 'button';
  button.className = 'icon-button';
  button.title = label;
  button.setAttribute('aria-label', label);
  const icon = document.createElementNS(SVG, 'svg');
  icon.setAttribute('class', 'icon');
  icon.setAttribute('viewBox', '0 0 24 24');
  for (const side of ['width', 'height']) icon.setAttribute(side, '24');
  icon.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  icon.append(path);
  button.append(icon);
  return button;
}
