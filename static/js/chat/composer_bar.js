/**
 * The bar above the box: what one writes is not simply a new message. An edit hides a reply, which is there again after
 * it. Events: `end-edit` and `end-reply`, when one wishes it so.
 */
export class ComposerBar extends EventTarget {
  #bar;
  #shown = new Map(); // kind → what it says

  /** @param {any} form */
  constructor(form) {
    super();
    this.#bar = form.querySelector('.composer-bar');
    this.#bar.querySelector('button').addEventListener('click', () => this.end());
  }

  /**
   * @param {'edit'|'reply'} kind
   * @param {string} title
   * @param {string} text of the message that it is about
   * @param {string} leave of the button
   */
  show(kind, title, text, leave) {
    this.#shown.set(kind, { title, text, leave });
    this.#draw();
  }

  hide(kind) {
    this.#shown.delete(kind);
    this.#draw();
  }

  /** Ends what it says. @returns {boolean} whether it said anything */
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
    if (!top) return;
    this.#bar.querySelector('.bar-title').textContent = top.title;
    this.#bar.querySelector('.bar-text').textContent = top.text;
    const button = this.#bar.querySelector('button');
    button.title = top.leave;
    button.querySelector('.visually-hidden').textContent = top.leave;
  }
}
