import { databaseOf, noteFiles } from '../net/file_database.js';

const FILES = 'files';

/**
 * Files that are not sent yet, by their ids, in the browser's IndexedDB (localStorage takes only text); in memory where
 * the browser refuses. Whoever puts a file has named it elsewhere before, in the outbox or a draft: what is named
 * nowhere is removed.
 */
export class FileStore {
  #userId;
  #memory = new Map();
  /** @type {Promise<IDBDatabase>|null} */
  #opened = null;

  /** @param {number} userId files are kept per account, and never seen by another */
  constructor(userId) {
    this.#userId = userId;
  }

  /** Whether something is in memory only, to be lost with the page. */
  get isVolatile() {
    return this.#memory.size > 0;
  }

  /** @param {string} id @param {Blob} blob Rejects if the blob cannot be read: a folder, or a file that is gone. */
  async put(id, blob) {
    const copy = new Blob([await blob.arrayBuffer()], { type: blob.type }); // of a file that may change or go
    try {
      await this.#run('readwrite', (files) => files.put(copy, id));
    } catch {
      this.#memory.set(id, copy);
    }
  }

  /** @param {string} id @returns {Promise<Blob|undefined>} */
  async get(id) {
    try {
      return this.#memory.get(id) ?? (await this.#run('readonly', (files) => files.get(id)));
    } catch {
      return undefined;
    }
  }

  /** Removes all others. @param {Set<string>} ids */
  async keepOnly(ids) {
    for (const id of this.#memory.keys()) if (!ids.has(id)) this.#memory.delete(id);
    try {
      for (const id of await this.#run('readonly', (files) => files.getAllKeys())) {
        if (!ids.has(id)) await this.#run('readwrite', (files) => files.delete(id));
      }
    } catch {
      /* there is nothing to remove */
    }
  }

  /** @param {IDBTransactionMode} mode @param {(files: IDBObjectStore) => IDBRequest} ask @returns {Promise<any>} */
  async #run(mode, ask) {
    this.#opened ??= this.#open();
    const database = await this.#opened;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(FILES, mode);
      const request = ask(transaction.objectStore(FILES));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    noteFiles(this.#userId);
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(databaseOf(this.#userId));
      request.onupgradeneeded = () => request.result.createObjectStore(FILES);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        database.onversionchange = () => {
          database.close(); // another tab signs out
          this.#opened = null;
        };
        resolve(database);
      };
    });
  }
}
