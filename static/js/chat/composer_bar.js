import { showFormatted } from '../lib/formatted.js';

/**
 * The bar above the box: it says that the text is an edit or a reply. An edit hides a reply, which is shown again after
 * it. Events: `end-edit` and `end-reply`, when the user chooses so, and `show`, to see a newer text.
 */
export class ComposerBar extends EventTarget {
  #bar;
  #news;
  #shown = new Map(); // kind → title and text

  /** @param {any} form */
  constructor(form) {
    super();
    this.#bar = form.querySelector('.composer-bar');
    this.#news = form.querySelector('.composer-news');
    const [show, leave] = this.#bar.querySelectorAll('button');
    show.addEventListener('click', () => this.dispatchEvent(new Event('show')));
    leave.addEventListener('click', () => this.end());
  }

  /**
   * @param {'edit'|'reply'} kind
   * @param {string} title
   * @param {string} text of the message that it is about
   * @param {string} leave of the button
   * @param {{isNew?: boolean, news?: string}} [more] whether there is something to see, and what is to be seen of it
   */
  show(kind, title, text, leave, more = {}) {
    this.#shown.set(kind, { title, text, leave, ...more });
    this.#draw();
  }

  hide(kind) {
    this.#shown.delete(kind);
    this.#draw();
  }

  /** Ends the edit or the reply. @returns {boolean} whether there was one */
  end() {
    const { kind } = this.#top ?? {};
    if (kind) this.dispatchEvent(new Event(`end-${kind}`));
    return Boolean(kind);
  }

  get #top() {
    const kind = ['edit', 'reply'].find((each) => this.#shown.has(each));
    return kind && { kind, ...this.#shown.get(kind) };
  }

  #draw() {
    const top = this.#top;
    this.#bar.hidden = !top;
    this.#drawNews(top?.news);
    if (!top) return;
    this.#bar.querySelector('.bar-title').textContent = top.title;
    this.#bar.querySelector('.bar-text').textContent = top.text;
    const [show, leave] = this.#bar.querySelectorAll('button');
    show.hidden = !top.isNew;
    leave.title = top.leave;
    leave.querySelector('.visually-hidden').textContent = top.leave;
  }

  #drawNews(news) {
    this.#news.hidden = news === undefined;
    showFormatted(this.#news.querySelector('.message-text'), news ?? ''); // it describes the box even when hidden
  }
}
