/**
 * Loads the style sheets of a page whose part is put into this one, where this one lacks them.
 * @param {Document} page
 */
export async function loadStyles(page) {
  const sheetsOf = (document) => [...document.querySelectorAll('link[rel="stylesheet"]')];
  const known = sheetsOf(document).map(({ href }) => href);
  const missing = sheetsOf(page).filter(({ href }) => !known.includes(href));
  await Promise.all(missing.map(load));
}

/** Waits for a sheet, or for the news that it cannot be loaded. */
function load({ href }) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  return new Promise((resolve) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', resolve);
    document.head.append(link);
  });
}
