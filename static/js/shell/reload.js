const KEY = 'chatserver.reloaded';
const APART_MS = 10_000; // whatever goes wrong, no page reloads more often

/** Loads the page again: its own address, even when it is the answer to a form. */
export function reloadPage() {
  const wait = Math.max(0, lastReload() + APART_MS - Date.now());
  setTimeout(() => {
    remember();
    location.replace(document.getElementById('main')?.dataset.path ?? location.href);
  }, wait);
}

function lastReload() {
  try {
    return Number(sessionStorage.getItem(KEY));
  } catch {
    return Date.now();
  }
}

function remember() {
  try {
    sessionStorage.setItem(KEY, String(Date.now()));
  } catch {
    /* then each reload waits */
  }
}
