import { within } from '../net/patience.js';

const PATIENCE_MS = 15_000;

/**
 * Gives the page's forms a new CSRF token: the former ends with the session's cookie, as after a new password.
 * @param {number} userId nobody else, who may be signed in here by now, gets a token
 */
export async function freshToken(userId) {
  try {
    const response = await fetch(location.href, {
      headers: { 'Chat-Part': 'main' },
      cache: 'no-store',
      signal: within(PATIENCE_MS),
    });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = page.querySelector('[name=csrf_token]')?.getAttribute('value');
    if (!fresh || JSON.parse(page.body.dataset.me ?? '{}').id !== userId) return;
    for (const field of document.querySelectorAll('[name=csrf_token]')) field.setAttribute('value', fresh);
  } catch {
    /* the next try tells */
  }
}
