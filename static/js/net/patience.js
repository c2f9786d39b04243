/** Waits that end. Older browsers lack `AbortSignal.timeout` and `AbortSignal.any`. */

/**
 * @param {number} milliseconds
 * @param {...AbortSignal} others
 * @returns {AbortSignal} aborted after that time, or with the first of the others
 */
export function within(milliseconds, ...others) {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(new DOMException('no answer', 'TimeoutError')), milliseconds);
  signal.addEventListener('abort', () => clearTimeout(timer));
  for (const other of others) {
    if (other.aborted) controller.abort(other.reason);
    other.addEventListener('abort', () => controller.abort(other.reason), { signal });
  }
  return signal;
}
