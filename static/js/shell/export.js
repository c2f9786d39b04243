import { within } from '../net/patience.js';

/** Shows the progress of a data export, then the result as the page shows it, without a reload. */
const EVERY_MS = 1_000;
const PATIENCE_MS = 15_000;
const ENDED = new Set(['none', 'ready', 'failed']);

/** @param {Element} element as the server drew it, with a `<progress>` */
export async function followExport(element) {
  /** @type {any} */
  const bar = element.querySelector('progress');
  let made;
  do {
    await new Promise((resolve) => {
      setTimeout(resolve, EVERY_MS);
    });
    made = await ask(made);
    if (made?.total) Object.assign(bar, { max: made.total, value: made.done });
  } while (!ENDED.has(made?.state));
  const signal = within(PATIENCE_MS);
  const response = await fetch('/messages/account/', { cache: 'no-store', signal }).catch(() => null);
  const fresh =
    response?.ok && new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('export');
  if (fresh) element.replaceChildren(...Array.from(fresh.childNodes, (node) => document.importNode(node, true)));
  else location.reload();
}

/** The state that the server reports, or the previous one while the server is unreachable. */
async function ask(before) {
  try {
    const response = await fetch('/messages/account/export', { cache: 'no-store', signal: within(PATIENCE_MS) });
    if (response.status === 401) return { state: 'none' }; // signed out: the page says so
    return response.ok ? await response.json() : before;
  } catch {
    return before;
  }
}
