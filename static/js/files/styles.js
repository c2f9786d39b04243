/** @type {any} */
const shared = document.querySelector('link[rel=stylesheet]');
const link = document.createElement('link');

/** The style sheet of this script has come, or failed to: it looks plain then. @type {Promise<any>} */
export const styled = new Promise((resolve) => {
  for (const type of ['load', 'error']) link.addEventListener(type, resolve);
});

link.rel = 'stylesheet';
link.href = shared.href.replace('all.css', 'later.css');
document.head.append(link);
