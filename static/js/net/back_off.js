const FIRST_LIMIT_MS = 500;
const LAST_LIMIT_MS = 30_000;

/**
 * Full jitter: a random wait below a limit that doubles with each attempt, so that thousands of browsers
 * cut off at once do not come back at once.
 * @param {number} attempt 0 for the first
 * @returns {number} milliseconds
 */
export function backOff(attempt) {
  return Math.random() * Math.min(LAST_LIMIT_MS, FIRST_LIMIT_MS * 2 ** Math.min(attempt, 16));
}
