import { backOff } from '../net/back_off.js';
import { parse } from '../net/browser_storage.js';
import { freshToken } from './fresh_token.js';
import { upload } from './upload.js';

const AT_ONCE = 3; // the server takes 4 of a person
const ONE_TAB = 'chatserver.uploads'; // the name of the lock: the tabs of a browser do not upload the same files

/**
 * Uploads the files of the messages in the outbox, in order, several at once, by one tab; again after a failure and
 * after a reload. Event: `progress` (`detail`: `id` of the file, and `part`, 0 to 1).
 */
export class Uploads extends EventTarget {
  #app;
  #running = new Map(); // id → AbortController
  #parts = new Map();
  #isWorking = false;
  #failures = 0;

  /** @param {import('../app.js').App} app @param {import('./file_store.js').FileStore} store */
  constructor(app, store) {
    super();
    this.#app = app;
    this.store = store;
    const { outbox, ways } = app;
    for (const type of ['added', 'rewritten']) outbox.addEventListener(type, () => this.run());
    ways.addEventListener('statechange', () => this.run());
    outbox.addEventListener('settled', () => this.#sweep());
    outbox.addEventListener('discarded', ({ detail }) => this.#discarded(detail));
    this.#sweep();
  }

  /** @param {string} id @returns {number} how much of a file is uploaded, 0 to 1 */
  part(id) {
    return this.#parts.get(id) ?? 0;
  }

  async run() {
    if (this.#isWorking || !this.#next()) return;
    this.#isWorking = true;
    await this.#alone(() => Promise.all(Array.from({ length: AT_ONCE }, () => this.#work())));
    this.#isWorking = false;
    this.run(); // what came at the last moment
  }

  /** Takes a file out of a message that waits. @param {string} message @param {string} id */
  cancel(message, id) {
    const { outbox } = this.#app;
    if (outbox.withFiles.find((entry) => entry.id === message)?.handed) return;
    this.#running.get(id)?.abort();
    outbox.changeFiles(message, (files) => files.filter((file) => file.id !== id));
    this.#forget([id]);
  }

  /** @param {() => Promise<any>} task */
  #alone(task) {
    return navigator.locks ? navigator.locks.request(`${ONE_TAB}.${this.#app.me.id}`, task) : task();
  }

  async #work() {
    for (let next = this.#next(); next; next = this.#next()) await this.#upload(next);
  }

  /** The first file that waits, of a message that may still go, and that the server would take now. */
  #next() {
    const { outbox, ways } = this.#app;
    if (!ways.live || !ways.hello?.files) return null;
    for (const entry of outbox.withFiles) {
      const waits = ({ id, done }) => !done && !this.#running.has(id);
      const file = entry.state === 'waiting' && entry.files.find(waits);
      if (file) return { entry, file };
    }
    return null;
  }

  async #upload({ entry, file }) {
    const aborting = new AbortController();
    this.#running.set(file.id, aborting);
    const blob = await this.store.get(file.id);
    const told = (part) => this.#progress(file.id, part);
    const { texts } = this.#app;
    const lost = { error: { code: 'no_file', message: texts.fileLost } };
    const token = /** @type {HTMLInputElement} */ (document.querySelector('[name=csrf_token]')).value;
    const outcome = blob ? await upload(file, blob, token, told, aborting.signal) : lost;
    if (!aborting.signal.aborted) await this.#end(entry.id, file.id, outcome);
    this.#running.delete(file.id);
  }

  /** @param {string} message @param {string} id @param {import('./upload.js').Outcome} outcome */
  async #end(message, id, { file, error, retryAfter }) {
    const { outbox, texts, me } = this.#app;
    const put = (fields) =>
      outbox.changeFiles(message, (files) => files.map((each) => (each.id === id ? { ...each, ...fields } : each)));
    if (file) {
      this.#failures = 0;
      put({ width: undefined, height: undefined, animated: undefined, ...file, done: true });
    } else if (error && error.code !== 'bad_csrf') {
      put({ wrong: true });
      const entry = outbox.withFiles.find((each) => each.id === message);
      if (entry?.state === 'waiting') outbox.refuse(entry, { message: texts.tooBig, ...error });
    } else {
      this.#progress(id, 0);
      if (error) await freshToken(me.id);
      await this.#pause(Math.max((retryAfter ?? 0) * 1000, backOff(++this.#failures)));
    }
  }

  /** Waits, or until the connection comes back. */
  #pause(milliseconds) {
    return new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
      this.#app.ways.addEventListener('statechange', resolve, { once: true });
    });
  }

  #progress(id, part) {
    this.#parts.set(id, part);
    this.dispatchEvent(new CustomEvent('progress', { detail: { id, part } }));
  }

  /** A message that is tried again comes back with the same files. */
  #discarded({ files, elsewhere }) {
    this.#sweep();
    if (!files || elsewhere) return;
    setTimeout(() => this.#forget(files.map(({ id }) => id).filter((id) => !this.#named.has(id))));
  }

  /** The files that are named by a message or a draft. @returns {Set<string>} */
  get #named() {
    const { outbox, drafts } = this.#app;
    const entries = outbox.withFiles.flatMap(({ files }) => files);
    const kept = drafts.all('files.').flatMap((draft) => parse(draft) ?? []);
    return new Set([...entries, ...kept].map(({ id }) => id));
  }

  #sweep() {
    setTimeout(() => this.store.keepOnly(this.#named));
  }

  /** Deletes what the server may have of files that will not be sent; it would do so itself after a day. */
  #forget(ids) {
    const token = /** @type {HTMLInputElement} */ (document.querySelector('[name=csrf_token]')).value;
    for (const id of ids) {
      this.#running.get(id)?.abort();
      fetch(`/messages/files/${id}`, { method: 'DELETE', headers: { 'X-CSRF-Token': token } }).catch(() => {});
    }
    this.#sweep();
  }
}
