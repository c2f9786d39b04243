/** Helpers shared by the tests of modules. `tests/browser/test_modules.py` runs each test in a new page. */

const PATIENCE_MS = 10_000;
const { setTimeout: wait } = window; // a test may replace it

/** @type {Map<string, () => void|Promise<void>>} */
export const tests = new Map();

/** @param {string} name a sentence @param {() => void|Promise<void>} run rejects when the test fails */
export function test(name, run) {
  tests.set(name, run);
}

/** Throws unless two values are the same as JSON. */
export function equal(found, expected) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`found    ${one}\nexpected ${other}`);
}

/** @param {() => boolean} happens */
export async function until(happens) {
  const end = performance.now() + PATIENCE_MS;
  while (!happens()) {
    if (performance.now() > end) throw new Error(`it did not happen: ${happens}`);
    await turn();
  }
}

/** Lets other tasks run. */
export const turn = () => new Promise((resolve) => wait(resolve));

/** Puts HTML into the page. */
export function draw(html) {
  find('#main').innerHTML = html;
}

/** @type {(selector: string) => any} */
export const find = (selector) => document.querySelector(selector);

/** The cases of `tests/cases/<name>.json`, which also test Python. @returns {Promise<any[]>} */
export async function cases(name) {
  return (await (await fetch(`/tests/cases/${name}.json`)).json()).cases;
}

/** Returns a text of the cases; a long one is written as pieces with their repeat counts. */
export function whole(text) {
  return typeof text === 'string' ? text : text.map(([piece, times]) => piece.repeat(times)).join('');
}

// The Python test does for a page what it cannot do itself.
const { act } = /** @type {any} */ (window);
export const press = (selector, key) => act('press', selector, key);
export const type = (selector, text) => act('type', selector, text);
export const fill = (selector, text) => act('fill', selector, text);
export const moveTo = (zone) => act('moveTo', zone);
export const setClock = (iso) => act('setClock', iso);
