import { plain } from '../lib/format.js';
import { firstChars } from '../lib/texts.js';
import { isYounger } from '../lib/time.js';
import { parse } from '../net/browser_storage.js';

const SHOWN_CHARS = 120; // code points of the message that is edited

/** Edits one's own messages in the box where one writes; the draft comes back when it ends. */
export class Editing {
  #view;
  #outbox;
  #drafts;
  #texts;
  #bar;
  /** @type {{seq?: number, of?: string, base: number, before: string}|null} */
  #edit = null;

  /**
   * @param {import('./view.js').ChatView} view whose chat has a box
   * @param {import('../app.js').App} app
   * @param {import('./composer_bar.js').ComposerBar} bar above the box
   */
  constructor(view, { outbox, drafts, texts }, bar) {
    this.#view = view;
    this.#outbox = outbox;
    this.#drafts = drafts;
    this.#texts = texts;
    this.#bar = bar;
    const { composer, changes } = view;
    composer.addEventListener('save', ({ detail }) => this.#save(detail));
    composer.addEventListener('rest', ({ detail }) => this.#keep(detail));
    composer.addEventListener('recall', () => this.#recall());
    bar.addEventListener('end-edit', () => this.end());
    changes.addEventListener('state', ({ detail }) => this.#follow(detail));
    this.#goOn();
  }

  /** @param {any} item a message; the server decides in any case */
  may(item) {
    const state = this.#view.changes.stateOf(item);
    return item.matches('.own') && state && !state.deleted && isYounger(state.at, this.#view.data.windows.edit);
  }

  /**
   * @param {any} item the message
   * @param {{text?: string, base?: number}} [from] what was typed before, and which change of the message it builds on
   */
  begin(item, from = {}) {
    const state = this.#view.changes.stateOf(item);
    if (!state || state.deleted) return;
    const { seq, id } = item.dataset;
    const before = this.#waitingText(item) ?? state.text;
    const { text = before, base = state.change } = from;
    this.#edit = { seq: Number(seq) || undefined, of: id, base, before };
    this.#showBar(this.#texts.editing, before);
    this.#view.composer.edit(text);
    this.#keep(text);
  }

  #showBar(title, text) {
    this.#bar.show('edit', title, firstChars(plain(text), SHOWN_CHARS), this.#texts.stopEditing);
  }

  /** An edit that waits is what is edited further. */
  #waitingText(item) {
    const { seq, id } = item.dataset;
    const isOfItem = (entry) => (seq ? entry.seq === Number(seq) : entry.of === id);
    const edits = this.#outbox.changes(this.#view.thread).filter((entry) => entry.kind === 'edit' && isOfItem(entry));
    return edits.at(-1)?.text;
  }

  end() {
    if (!this.#edit) return;
    this.#edit = null;
    this.#keep('');
    this.#bar.hide('edit');
    this.#view.composer.endEdit();
  }

  #save(text) {
    const { seq, of, base, before } = this.#edit ?? { base: 0, before: text };
    if (text !== before) this.#outbox.change({ thread: this.#view.thread, seq, of, kind: 'edit', text, base });
    this.end();
  }

  /** The arrow up in an empty box: one's last message. */
  #recall() {
    const item = this.#view.list.lastOwn;
    if (item && this.may(item)) this.begin(item);
  }

  #keep(text) {
    const { thread } = this.#view;
    this.#drafts.put(`edit.${thread}`, this.#edit && text ? JSON.stringify({ ...this.#edit, text }) : '');
  }

  /** What the page was drawn for, or what was being edited when it was left. */
  #goOn() {
    const { thread, list } = this.#view;
    const kept = this.#view.mode.edit ?? parse(this.#drafts.get(`edit.${thread}`));
    const item = kept && list.find({ seq: kept.seq, of: kept.of });
    if (item && this.may(item)) this.begin(item, kept);
  }

  /** The message that is edited was changed elsewhere. */
  #follow({ seq, deleted, text }) {
    if (!this.#edit || this.#edit.seq !== seq) return;
    if (deleted) {
      const typed = this.#view.composer.text;
      this.end();
      this.#view.composer.offer(typed);
    } else if (text !== this.#edit.before) {
      this.#showBar(this.#texts.changedMeanwhile, text);
    }
  }
}
