const SILENCE_MS = 60_000; // without progress; the server also needs a while for a large picture
const TOO_BIG = 413;
// Whoever is signed out here comes back: what waits is kept for them.
const FOR_NOW = new Set(['too_many', 'unavailable', 'server_error', 'not_signed_in', 'no_cookies']);

/**
 * The outcome of an upload: the `file` as the server describes it, or an `error`, without `message` from a proxy.
 * `retryAfter`, in seconds, is set if it is to be tried again.
 * @typedef {{file?: any, error?: {code: string, message?: string}, retryAfter?: number}} Outcome
 */

/**
 * Uploads one file; XMLHttpRequest, since `fetch` tells no progress.
 * @param {{id: string, name: string, type: string}} file
 * @param {Blob} blob
 * @param {string} token of the page's forms
 * @param {(part: number) => void} told how much is uploaded, 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<Outcome>}
 */
export function upload({ id, name, type }, blob, token, told, signal) {
  const request = new XMLHttpRequest();
  request.open('PUT', `/messages/files/${id}`);
  request.setRequestHeader('X-CSRF-Token', token);
  request.setRequestHeader('X-File-Name', encodeURIComponent(name));
  request.setRequestHeader('Content-Type', type || 'application/octet-stream');
  request.setRequestHeader('Accept', 'application/json');
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => request.abort(), SILENCE_MS);
  };
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    wait();
    told(total ? loaded / total : 0);
  });
  signal.addEventListener('abort', () => request.abort());
  return new Promise((resolve) => {
    request.addEventListener('loadend', () => {
      clearTimeout(timer);
      resolve(outcome(request));
    });
    wait();
    request.send(blob);
  });
}

/** @returns {Outcome} */
function outcome(request) {
  const answer = read(request.responseText);
  if (answer?.id && request.status < 300) return { file: answer };
  const { code, error: message, retry_after: seconds } = answer ?? {};
  if (!code && request.status === TOO_BIG) return { error: { code: 'too_big' } };
  if (!code || FOR_NOW.has(code) || request.status >= 502) return { retryAfter: seconds ?? 0 };
  return { error: { code, message } };
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no connection, or a proxy's page
  }
}
