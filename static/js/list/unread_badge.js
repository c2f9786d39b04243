/** Shows the unread count on the tab of the browser: "(3) Ben", and a dot on the icon. */
let title = document.title;
let shown = document.title;
let unread = 0;

/** @type {any} */
const icon = document.querySelector('link[rel="icon"][data-unread]');
/** @type {any} */
const icons = icon && { plain: icon.getAttribute('href'), unread: icon.dataset.unread };

/** @param {number} count */
export function showUnread(count) {
  if (document.title !== shown) title = document.title; // set by code that does not know us
  unread = count;
  write();
  if (!icon) return;
  const href = count ? icons.unread : icons.plain;
  if (icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}

/** Names the page, the count before it staying. @param {string} name */
export function setTitle(name) {
  title = name;
  write();
}

function write() {
  document.title = unread ? `(${unread}) ${title}` : title;
  shown = document.title; // as the browser gives it back: white space collapsed
}
