/** The site's page around our frame: what it asks, and what it is told. Events: `token`, `open` and `signOut`. */

/**
 * What the frame keeps from page to page, in `window.name`, which works where storage is blocked: the `origin` of the
 * site's page, the `sub` of its person, and when a new token was last asked for.
 * @typedef {{origin: string, sub: string, renewed: number}} Kept
 */

const { allowed } = document.documentElement.dataset;

/** @returns {Kept|null} null if no page of a site that may show us is around */
export function recall() {
  if (window.parent === window || !allowed) return null;
  try {
    const { chatserver } = JSON.parse(window.name);
    return JSON.parse(allowed).includes(chatserver.origin) ? chatserver : null;
  } catch {
    return null;
  }
}

/** @param {Kept} kept */
export function keep(kept) {
  window.name = JSON.stringify({ chatserver: kept });
}

/** Goes back to the beginning of the frame, for a new token. @returns {boolean} false if this is no frame of a site */
export function beginAgain() {
  const kept = recall();
  if (!kept) return false;
  const next = document.getElementById('main')?.dataset.path ?? location.pathname + location.search;
  const { origin, sub } = kept;
  location.replace(`/messages/embed/?${new URLSearchParams({ origin, sub, next, again: 'yes' })}`);
  return true;
}

/** The page of ours that the site asks for. @param {{to?: any, thread?: any}} target @returns {string} '' for none */
export function addressOf({ to, thread }) {
  if (typeof to === 'string') return `/messages/to/${encodeURIComponent(to)}`;
  return Number.isSafeInteger(thread) ? `/messages/chat/${thread}/` : '';
}

export class SitePage extends EventTarget {
  #origin;

  /** @param {string} origin nobody else is heard or told anything */
  constructor(origin) {
    super();
    this.#origin = origin;
    addEventListener('message', ({ source, origin, data }) => {
      if (source !== window.parent || origin !== this.#origin || data?.chatserver !== 1) return;
      this.dispatchEvent(new CustomEvent(data.type, { detail: data }));
    });
  }

  /** @param {'ready'|'needToken'|'unread'|'close'} type @param {any} [fields] */
  say(type, fields) {
    window.parent.postMessage({ chatserver: 1, type, ...fields }, this.#origin);
  }
}

/** Ends the chat's session of this browser, as the form does. @param {string} token of a form */
export async function endSession(token) {
  const body = new URLSearchParams({ csrf_token: token });
  await fetch('/messages/sign-out/', { method: 'POST', body, redirect: 'manual', keepalive: true });
}
