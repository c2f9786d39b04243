import { within } from './patience.js';

const TURN_MS = 5_000; // a tab that sends takes less for a message, unless it is suspended, or its connection dead

/**
 * The tabs of a browser take turns, a message each, so that none is sent twice. A tab that holds up the others
 * loses its turn: it may be suspended for days. Turns only save work: the server stores an id once, and each tab
 * waits for the result of one message before it sends the next. Web Locks exist on https and localhost only.
 * @template T
 * @param {string} name of what the tabs share
 * @param {() => Promise<T>|T} task
 * @returns {Promise<T>}
 */
export async function inTurn(name, task) {
  if (!navigator.locks) return task();
  let result;
  const run = () => (result = task());
  const take = (options) => navigator.locks.request(name, options, run).catch(() => {}); // waited too long, or lost
  await take({ signal: within(TURN_MS) });
  if (result === undefined) await take({ steal: true });
  return result ?? task();
}
