import { within } from '../net/patience.js';
import { readMessage } from './drawing.js';

const PATIENCE_MS = 15_000;
const OF_THE_FORM = new Set(['bad_csrf', 'no_cookies', 'wrong_origin']); // not about the message or change
/** @type {Object<string, (frame: any) => [string, Object<string, any>]>} by type: the form's path and fields */
const FORMS = {
  send: ({ id, text, reply = '', files = [] }) => ['', { client_id: id, message: text, reply, files }],
  edit: ({ seq, text, base }) => ['edit/', { seq, message: text, base }],
  delete: ({ seq }) => ['delete/', { seq }],
  react: ({ seq, emoji, on }) => ['react/', { seq, emoji, on: on ? 'yes' : 'no' }],
};

/**
 * Posts a frame of the outbox as a form of the pages without scripts, and reads the answer from the page in response.
 * @param {any} frame `send`, `edit`, `delete` or `react`
 * @returns {Promise<any>} the answer of a socket: a `sent`, `done` or `error` frame. Rejects if the outcome is unknown,
 *   with the server's error as `sentence` if there is one.
 */
export async function post(frame) {
  const { type, thread, id, seq } = frame;
  const [form, fields] = FORMS[type](frame);
  const token = /** @type {HTMLInputElement} */ (document.querySelector('[name=csrf_token]'));
  const body = new URLSearchParams({ csrf_token: token.value });
  for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) body.append(name, each);
  const response = await fetch(`/messages/chat/${thread}/${form}`, {
    method: 'POST',
    headers: { 'Chat-Part': 'main' },
    body,
    signal: within(PATIENCE_MS),
  });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const item = page.querySelector(seq ? `[data-seq="${seq}"]` : `[data-id="${CSS.escape(id)}"]`);
  const message = item ? readMessage(item) : {};
  if (!response.ok) return { ...message, ...refusalOn(page, response, token), type: 'error', thread, id };
  if (item) return { ...message, type: type === 'send' ? 'sent' : 'done', thread, id };
  location.assign(response.url); // to sign in, say
  throw new Error(`the form led to ${response.url}`);
}

/** @returns {object} */
function refusalOn(page, { status, headers }, token) {
  const alert = page.querySelector('[role="alert"]');
  const code = alert?.dataset.code ?? (status === 404 ? 'no_such_thread' : '');
  const sentence = (alert ?? page.querySelector('h1'))?.textContent.trim();
  if (!code || status >= 500 || OF_THE_FORM.has(code)) {
    token.value = page.querySelector('[name=csrf_token]')?.value ?? token.value;
    throw Object.assign(new Error(`a form was answered with ${status}`), { sentence });
  }
  return { code, message: sentence, retry_after: Number(headers.get('Retry-After')) };
}
