import { plain } from '../lib/format.js';
import { text as fillIn } from '../lib/sentences.js';
import { shownName, shownText } from '../lib/shown.js';
import { firstChars } from '../lib/texts.js';

const SHOWN_CHARS = 120; // code points of the original

/** Replying: the original is shown above the box, as it is now, until the reply is sent. */
export class Replying {
  #view;
  #drafts;
  #texts;
  #bar;
  #seq = 0; // of the original; 0: none

  /**
   * @param {import('./view.js').ChatView} view whose chat has a box
   * @param {import('../app.js').App} app
   * @param {import('./composer_bar.js').ComposerBar} bar above the box
   */
  constructor(view, { drafts, texts }, bar) {
    this.#view = view;
    this.#drafts = drafts;
    this.#texts = texts;
    this.#bar = bar;
    bar.addEventListener('end-reply', () => this.end());
    view.changes.addEventListener('state', ({ detail }) => {
      if (detail.seq === this.#seq) this.#show(detail);
    });
    const kept = view.mode.reply ?? Number(drafts.get(this.#key));
    if (kept) this.begin(view.changes.know(kept));
  }

  get #key() {
    return `reply.${this.#view.thread}`;
  }

  /** @param {import('./states.js').State|undefined} original */
  begin(original) {
    if (!original) return;
    this.#seq = original.seq;
    this.#view.changes.hold('reply', original.seq);
    this.#drafts.put(this.#key, String(original.seq));
    this.#show(original);
  }

  /** @returns {number|undefined} the number of the original, once */
  take() {
    const seq = this.#seq;
    this.end();
    return seq || undefined;
  }

  /** @param {number|undefined} seq of an original that was taken, and whose reply was not sent after all */
  resume(seq) {
    if (seq && !this.#seq) this.begin(this.#view.changes.know(seq));
  }

  end() {
    if (!this.#seq) return;
    this.#seq = 0;
    this.#view.changes.hold('reply', 0);
    this.#drafts.put(this.#key, '');
    this.#bar.hide('reply');
  }

  #show(original) {
    const title = fillIn(this.#texts.replying, { name: shownName(original.sender) });
    const words = firstChars(plain(shownText(original)), SHOWN_CHARS);
    this.#bar.show('reply', title, words, this.#texts.stopReplying);
  }
}
