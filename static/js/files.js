/** Entry of the script for files, loaded at the first one: the tray above the box, uploads, and the viewer. */

import { FileStore } from './files/file_store.js';
import { PendingFiles } from './files/pending.js';
import { Tray } from './files/tray.js';
import { Uploads } from './files/uploads.js';
import { openViewer } from './files/viewer.js';

/** @type {Uploads|null} one for the page */
let uploads = null;

/** Uploads the files that wait in the outbox. @param {import('./app.js').App} app @returns {Uploads} */
export function startUploads(app) {
  uploads ??= new Uploads(app, new FileStore(app.me.id));
  uploads.run();
  return uploads;
}

/**
 * Connects a chat.
 * @param {import('./chat/view.js').ChatView} view whose chat has a box
 * @param {import('./app.js').App} app
 * @param {AbortSignal} signal when the chat is left
 * @returns {Tray}
 */
export function openFiles(view, app, signal) {
  const started = startUploads(app);
  new PendingFiles(view, app, started, signal);
  return new Tray(view, app, started.store, signal);
}

/** Shows a picture of the list in full, and leads on to the others. @param {any} link @param {any} texts */
export function showPicture(link, texts) {
  openViewer(link, texts);
}
