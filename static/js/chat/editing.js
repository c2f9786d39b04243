import { plain } from '../lib/format.js';
import { firstChars } from '../lib/texts.js';
import { isYounger } from '../lib/time.js';
import { parse } from '../net/browser_storage.js';

const SHOWN_CHARS = 120; // code points of the message that is edited

/** Edits the user's own messages in the composer; the draft is restored afterwards. */
export class Editing {
  #view;
  #outbox;
  #drafts;
  #texts;
  #bar;
  /**
   * `before` is the text that one has seen last, `base` the change of the message that told it.
   * @type {{seq?: number, of?: string, base: number, before: string}|null}
   */
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
    bar.addEventListener('show', () => this.#showNews());
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
   * @param {{text?: string, base?: number, before?: string}} [from] an edit to continue: what was typed and seen
   */
  begin(item, from = {}) {
    const state = this.#view.changes.stateOf(item);
    if (!state || state.deleted) return;
    const { seq, id } = item.dataset;
    const present = this.#waitingText(item) ?? state.text;
    const { text = present, base = state.change, before = present } = from;
    this.#edit = { seq: Number(seq) || undefined, of: id, base, before };
    this.#view.changes.hold('edit', this.#edit.seq ?? 0);
    this.#showBar(this.#texts.editing, before);
    this.#view.composer.edit(text, state.files.length > 0);
    this.#keep(text);
    this.#compare(present, state.change);
  }

  #showBar(title, text, more = {}) {
    this.#bar.show('edit', title, firstChars(plain(text), SHOWN_CHARS), this.#texts.stopEditing, more);
  }

  /** Continues from the text of a waiting edit. */
  #waitingText(item) {
    const { seq, id } = item.dataset;
    const isOfItem = (entry) => (seq ? entry.seq === Number(seq) : entry.of === id);
    const edits = this.#outbox.changes(this.#view.thread).filter((entry) => entry.kind === 'edit' && isOfItem(entry));
    return edits.at(-1)?.text;
  }

  end() {
    if (!this.#edit) return;
    this.#edit = null;
    this.#view.changes.hold('edit', 0);
    this.#keep('');
    this.#bar.hide('edit');
    this.#view.composer.endEdit();
  }

  #save(text) {
    const { of, base, before } = this.#edit ?? { base: 0, before: text };
    const { thread } = this.#view;
    if (text !== before) this.#outbox.change({ thread, seq: this.#seq, of, kind: 'edit', text, base });
    this.end();
  }

  /** The number of the message, which may have been sent since the edit began. */
  get #seq() {
    const { seq, of } = this.#edit ?? {};
    return seq ?? (Number(this.#view.list.find({ of })?.dataset.seq) || undefined);
  }

  /** Edits the user's last message, for the arrow up in an empty box. */
  #recall() {
    const item = this.#view.list.lastOwn;
    if (item && this.may(item)) this.begin(item);
  }

  #keep(text) {
    const { thread } = this.#view;
    this.#drafts.put(`edit.${thread}`, this.#edit && text ? JSON.stringify({ ...this.#edit, text }) : '');
  }

  /** Resumes the edit that the page was rendered for, or that was open when the page was left. */
  #goOn() {
    const { thread, list } = this.#view;
    const kept = this.#view.mode.edit ?? parse(this.#drafts.get(`edit.${thread}`));
    const item = kept && list.find({ seq: kept.seq, of: kept.of });
    if (item && this.may(item)) this.begin(item, kept);
  }

  /** Something became of the message that is edited. */
  #follow({ seq, deleted, text, change }) {
    if (!this.#edit || this.#seq !== seq) return;
    if (deleted) {
      const typed = this.#view.composer.text;
      this.end();
      this.#view.composer.offer(typed);
    } else {
      this.#compare(text, change);
    }
  }

  /** Where its text is another one than one has seen, there is something to see before one saves. */
  #compare(text, change) {
    if (!this.#edit) return;
    if (text === this.#edit.before) this.#edit.base = Math.max(this.#edit.base, change);
    else this.#showBar(this.#texts.changedMeanwhile, text, { isNew: true });
  }

  /** Who has seen the present text builds on it. */
  #showNews() {
    const state = this.#view.changes.know(this.#seq);
    if (!state || !this.#edit) return;
    this.#edit = { ...this.#edit, before: state.text, base: state.change };
    this.#keep(this.#view.composer.text);
    this.#showBar(this.#texts.changedMeanwhile, '', { news: state.text });
    this.#view.focus();
  }
}
