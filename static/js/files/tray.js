import { sizeWords } from '../lib/file_words.js';
import { text as fillIn } from '../lib/sentences.js';
import { uuid } from '../lib/uuid.js';
import { parse } from '../net/browser_storage.js';
import { followOrdering } from './ordering.js';
import { measure } from './pictures.js';
import { offerSources } from './sources.js';
import { styled } from './styles.js';
import { drawTrayItem } from './tray_item.js';

const MOST = 10; // files of a message
const NAME_BEGIN = 80; // characters of a long name that are kept, at its beginning and its end
const NAME_END = 20;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** The files of the next message, above the box: each can be moved and taken away. Kept like a draft. */
export class Tray {
  #view;
  #drafts;
  #store;
  #texts;
  #signal;
  #list;
  /** @type {import('../chat/files.js').File[]} */
  #files = [];
  #refusal = '';
  #stored = ''; // the draft of this tray, as it was last seen
  #turn = 0; // counts the drafts that were restored
  /** One after the other, so that the items stand in the order of the files. @type {Promise<any>} */
  #adding;

  /**
   * @param {import('../chat/view.js').ChatView} view
   * @param {import('../app.js').App} app
   * @param {import('./file_store.js').FileStore} store
   * @param {AbortSignal} signal when the chat is left
   */
  constructor(view, { drafts, texts }, store, signal) {
    this.#view = view;
    this.#drafts = drafts;
    this.#store = store;
    this.#texts = texts;
    this.#signal = signal;
    this.#list = view.find('tray');
    followOrdering(this.#list, (from, to) => this.#move(from, to));
    this.#list.addEventListener('remove', ({ target }) => this.#remove(target));
    drafts.watch(this.#key, (draft) => this.#follow(draft), signal);
    // While a file is read one may leave the chat and come back: the tray that was left sends, and this one follows.
    drafts.addEventListener('change', () => this.#follow(drafts.get(this.#key)), { signal });
    this.#stored = drafts.get(this.#key);
    this.#adding = this.#restore(parse(this.#stored) ?? []).catch(() => {});
  }

  /** How many files are here. */
  get count() {
    return this.#files.length;
  }

  /** @param {any} input of the form: asks where files come from */
  offerSources(input) {
    offerSources(input, this.#texts);
  }

  /** Adds files, as many as fit; says what is wrong with the others. @param {globalThis.File[]} files */
  add(files) {
    const added = this.#adding.then(() => this.#addAll(files));
    this.#adding = added.catch(() => {});
    return added;
  }

  async #addAll(files) {
    const room = Math.max(0, MOST - this.count);
    this.#view.notice.takeBack(this.#refusal);
    if (files.length > room) this.#refuse(fillIn(this.#texts.tooManyFiles, { max: MOST }));
    for (const each of files.slice(0, room)) await this.#addOne(each);
    this.#view.focus();
  }

  async #addOne(given) {
    const name = shortName(given.name);
    const { maxFileBytes: most } = this.#view.data;
    if (most && given.size > most) {
      this.#refuse(fillIn(this.#texts.fileTooBig, { name, max: sizeWords(most) }));
      return;
    }
    /** @type {import('../chat/files.js').File} */
    const file = { id: uuid(), name, type: given.type, bytes: given.size, ...(await measure(given)) };
    this.#keep([...this.#files, file]); // before its content: what is named nowhere is removed
    try {
      if (!given.size) throw new Error('there is nothing in it');
      await this.#store.put(file.id, given);
      file.done = false; // from now on other tabs show it
      this.#keep(this.#files);
    } catch {
      this.#refuse(fillIn(this.#texts.fileUnreadable, { name })); // empty, a folder, or gone
      this.#keep(this.#files.filter((each) => each !== file));
      return;
    }
    if (this.#store.isVolatile) this.#view.notice.say(this.#texts.memoryOnly);
    await this.#draw(file);
  }

  #refuse(sentence) {
    this.#refusal = sentence;
    this.#view.notice.say(sentence);
  }

  /** Follows another tray that added files, or sent them. */
  #follow(draft) {
    if (draft === this.#stored) return;
    this.#stored = draft;
    this.#files = [];
    this.#list.replaceChildren();
    this.#label();
    this.#restore(parse(draft) ?? []);
  }

  /** Shows the files of a draft that are still here. */
  async #restore(files) {
    const turn = ++this.#turn;
    for (const file of files.filter(({ done }) => done === false)) {
      if (turn !== this.#turn) return; // another tab changed them again
      this.#files.push(file);
      if (await this.#store.get(file.id)) await this.#draw(file);
      else this.#files.splice(this.#files.indexOf(file), 1);
    }
  }

  async #draw(file) {
    await styled;
    const item = await drawTrayItem(file, await this.#store.get(file.id), this.#texts, this.#signal);
    if (!this.#files.includes(file)) return;
    this.#list.append(item);
    this.#label();
  }

  /** @returns {import('../chat/files.js').File[]|undefined} the files, which leave the tray */
  take() {
    const files = this.#files;
    this.#keep([]);
    this.#list.replaceChildren();
    this.#label();
    return files.length ? files : undefined;
  }

  #move(from, to) {
    const files = [...this.#files];
    files.splice(to, 0, ...files.splice(from, 1));
    this.#keep(files);
    this.#label();
  }

  #remove(item) {
    const place = [...this.#list.children].indexOf(item);
    item.remove();
    this.#keep(this.#files.filter((_, each) => each !== place));
    this.#label();
    const next = this.#list.children[Math.min(place, this.count - 1)];
    if (next) next.querySelector('button').focus();
    else this.#view.focus();
  }

  #keep(files) {
    this.#files = files;
    this.#stored = files.length ? JSON.stringify(files) : '';
    this.#drafts.put(this.#key, this.#stored);
  }

  get #key() {
    return `files.${this.#view.thread}`;
  }

  /** Each says its place, for screen readers. */
  #label() {
    const { children } = this.#list;
    this.#list.hidden = !children.length;
    this.#view.composer.hasFiles = this.count > 0;
    for (const [place, item] of [...children].entries()) {
      const values = { name: item.title, place: place + 1, all: children.length };
      item.querySelector('button').setAttribute('aria-label', fillIn(this.#texts.fileInTray, values));
    }
  }
}

/** A name that fits into a header; the server cuts it further. @param {string} name */
function shortName(name) {
  const isLong = name.length > NAME_BEGIN + NAME_END;
  return (isLong ? name.slice(0, NAME_BEGIN) + name.slice(-NAME_END) : name).replace(LONE_SURROGATES, '') || 'file';
}
