import { ofThread } from '../chat/of_thread.js';
import { text as fillIn } from '../lib/sentences.js';
import { iconButton } from './icon_button.js';
import { preview } from './pictures.js';

/** The files of messages that wait: previews, and for each its progress and a button that takes it out. */
export class PendingFiles {
  #view;
  #uploads;
  #texts;
  #signal;

  /**
   * @param {import('../chat/view.js').ChatView} view
   * @param {import('../app.js').App} app
   * @param {import('./uploads.js').Uploads} uploads
   * @param {AbortSignal} signal when the chat is left
   */
  constructor(view, { outbox, texts }, uploads, signal) {
    this.#view = view;
    this.#uploads = uploads;
    this.#texts = texts;
    this.#signal = signal;
    const on = ofThread(outbox, view.thread, signal);
    for (const type of ['added', 'rewritten', 'refused']) on(type, (entry) => this.#draw(entry));
    on('settled', ({ id }) => this.#clear(id));
    uploads.addEventListener('progress', ({ detail }) => this.#progress(detail), { signal });
    view.history.addEventListener('complete', () => this.#drawAll(outbox));
    this.#drawAll(outbox);
  }

  #drawAll(outbox) {
    for (const entry of outbox.entries(this.#view.thread)) this.#draw(entry);
  }

  #draw({ id, files = [] }) {
    const item = this.#view.list.find({ of: id });
    if (!item || item.dataset.seq) return;
    for (const file of files) {
      const slot = item.querySelector(`[data-file="${CSS.escape(file.id)}"]`);
      if (!slot) continue;
      this.#showPreview(slot, file.id);
      slot.classList.toggle('wrong', Boolean(file.wrong));
      if (!slot.querySelector('.upload')) slot.append(this.#tools(id, file));
      slot.querySelector('progress').hidden = Boolean(file.done || file.wrong);
    }
  }

  async #showPreview(slot, id) {
    const image = slot.querySelector('img');
    if (!image || image.hasAttribute('src')) return;
    const blob = await this.#uploads.store.get(id);
    if (blob && !image.hasAttribute('src')) image.src = await preview(blob, this.#signal);
  }

  #tools(message, { id, name }) {
    const tools = document.createElement('div');
    tools.className = 'upload';
    const progress = document.createElement('progress');
    progress.setAttribute('aria-label', fillIn(this.#texts.uploading, { name }));
    progress.value = this.#uploads.part(id);
    const cancel = iconButton('close', fillIn(this.#texts.removeFile, { name }));
    cancel.addEventListener('click', () => {
      this.#uploads.cancel(message, id);
      this.#view.focus();
    });
    tools.append(progress, cancel);
    return tools;
  }

  #progress({ id, part }) {
    const progress = this.#view.find('messages').querySelector(`[data-file="${CSS.escape(id)}"] progress`);
    if (progress) progress.value = part;
  }

  /** The message is stored. */
  #clear(id) {
    for (const tools of this.#view.list.find({ of: id })?.querySelectorAll('.upload') ?? []) tools.remove();
  }
}
