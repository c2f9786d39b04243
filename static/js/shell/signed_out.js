import { loadMessenger } from '../lib/later.js';
import { reloadPage } from './reload.js';

/**
 * One is not signed in here any more. The server shows where to sign in; if that is another site, what is typed stays,
 * and a link leads there and back; a site's frame gets a new token.
 * @param {HTMLElement} line @param {{signedOut: string, signInAgain: string}} texts
 */
export async function showSignedOut(line, texts) {
  if (window.parent !== window && (await loadMessenger()).startAgain()) return;
  const { start } = document.body.dataset;
  if (!start || (await isSomebodySignedIn())) {
    reloadPage();
    return;
  }
  const link = document.createElement('a');
  link.href = `${start}?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = texts.signInAgain;
  line.replaceChildren(`${texts.signedOut} `, link);
  line.hidden = false;
}

/** Somebody else, in the same browser: nothing of this page is theirs. */
async function isSomebodySignedIn() {
  try {
    return (await fetch('/messages/session', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
