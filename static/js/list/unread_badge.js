/** Shows the unread count on the tab of the browser: "(3) Ben", a dot on its icon, and on that of the installed app. */
let title = document.title;
let shown = document.title;
let unread = 0;

/** @type {any} */
const icon = document.querySelector('link[rel="icon"][data-unread]');
/** @type {any} */
const icons = icon && { plain: icon.getAttribute('href'), unread: icon.dataset.unread };

/** @param {number} count */
export function showUnread(count) {
  notice();
  unread = count;
  write();
  navigator.setAppBadge?.(count)?.catch(() => {}); // where the system has none
  if (!icon) return;
  const href = count ? icons.unread : icons.plain;
  if (icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}

/** Changes the title, and keeps the count before it. @param {string} name */
export function setTitle(name) {
  title = name;
  write();
}

/** What the page is called after has another name. @param {string} before @param {string} now */
export function rename(before, now) {
  notice();
  setTitle(title.replace(before, () => now));
}

/** The title may be set by code that does not know us. */
function notice() {
  if (document.title !== shown) title = document.title;
}

function write() {
  document.title = unread ? `(${unread}) ${title}` : title;
  shown = document.title; // as the browser gives it back: white space collapsed
}
