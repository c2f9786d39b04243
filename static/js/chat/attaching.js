import { loadFiles } from '../lib/later.js';

/**
 * Files for the next message: chosen by the button, pasted, or dropped anywhere on the page. What shows them above the
 * box, and what waits to be uploaded in the list, is loaded at the first file.
 */
export class Attaching {
  #view;
  #app;
  #signal;
  #input;
  /** @type {any} the tray above the box, once it is loaded */
  #tray = null;
  /** @type {ReturnType<typeof loadFiles>|null} */
  #loading = null;
  /** @type {import('./files.js').File[]} */
  #kept = [];
  #adding = 0;
  /** @type {(() => void)[]} */
  #resting = [];

  /**
   * @param {import('./view.js').ChatView} view whose chat has a box
   * @param {import('../app.js').App} app
   * @param {AbortSignal} signal when the chat is left
   */
  constructor(view, app, signal) {
    this.#view = view;
    this.#app = app;
    this.#signal = signal;
    const form = view.find('composer');
    this.#input = form.elements.file;
    this.#input.addEventListener('change', () => {
      this.#add([...this.#input.files]);
      this.#input.value = '';
    });
    this.#input.addEventListener('click', (event) => this.#offerCamera(event));
    form.elements.message.addEventListener('paste', (event) => this.#paste(event));
    this.#followDrops(view.pane, app.texts.dropFiles);
    this.#takeKept(form);
    const { outbox, drafts } = app;
    const isOfThread = ({ thread, files }) => files && thread === view.thread;
    outbox.addEventListener('added', ({ detail }) => isOfThread(detail) && this.#load(), { signal });
    if (drafts.get(`files.${view.thread}`) || outbox.withFiles.some(isOfThread)) this.#load();
  }

  /** Whether files were given that are not above the box yet. */
  get isBusy() {
    return this.#adding > 0;
  }

  /** Waits until it is not busy. @returns {Promise<void>} */
  rest() {
    return new Promise((resolve) => this.#resting.push(resolve));
  }

  /** @returns {import('./files.js').File[]|undefined} the files above the box, once */
  take() {
    const files = [...this.#kept, ...(this.#tray?.take() ?? [])];
    this.#kept = [];
    return files.length ? files : undefined;
  }

  /** The files of a form that was refused before the scripts were here: the server has them. */
  #takeKept(form) {
    const list = form.querySelector('.kept-files');
    if (!list) return;
    const fields = Array.from(list.querySelectorAll('[name=files]'));
    this.#kept = fields.map(({ dataset }) => ({ ...JSON.parse(dataset.file), done: true }));
    this.#view.composer.hasFiles = true;
    list.remove();
  }

  /** @param {File[]} files */
  async #add(files) {
    if (!files.length) return;
    this.#adding += 1;
    this.#view.composer.hasFiles = true;
    let tray;
    try {
      tray = await this.#load();
      if (tray) await tray.add(files);
      else this.#app.socket.addEventListener('hello', () => this.#add(files), { once: true, signal: this.#signal });
    } finally {
      this.#adding -= 1;
      this.#view.composer.hasFiles = Boolean(tray?.count);
      if (!this.#adding) for (const rested of this.#resting.splice(0)) rested();
    }
  }

  /** @returns {Promise<any>} the tray; nothing if it could not be loaded */
  async #load() {
    try {
      this.#loading ??= loadFiles();
      const { openFiles } = await this.#loading;
      if (!this.#signal.aborted) this.#tray ??= openFiles(this.#view, this.#app, this.#signal);
      return this.#tray;
    } catch {
      this.#loading = null;
      this.#app.status.say(this.#app.texts.cannotOpen);
      return null;
    }
  }

  /** On a phone one chooses first where files come from. */
  async #offerCamera(event) {
    if (!event.isTrusted || !matchMedia('(hover: none) and (pointer: coarse)').matches) return;
    event.preventDefault();
    (await this.#load())?.offerSources(this.#input);
  }

  /** What has a text, as cells of a table do, is pasted as text. */
  #paste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    this.#add(files);
  }

  #followDrops(pane, sentence) {
    const over = (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      pane.dataset.drop = sentence;
    };
    const leave = (event) => {
      if (!event.relatedTarget) delete pane.dataset.drop;
    };
    const drop = (event) => {
      delete pane.dataset.drop;
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.#add([...event.dataTransfer.files]);
      this.#view.focus();
    };
    for (const [type, handle] of Object.entries({ dragover: over, dragleave: leave, drop })) {
      document.addEventListener(type, handle, { signal: this.#signal });
    }
  }
}
