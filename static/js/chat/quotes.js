import { drawQuote } from './drawing.js';

const SHOWN_MS = 2_000; // how long the original is marked

/** Quotes in messages: each shows its original as it is now, and leads to it and back. */
export class Quotes {
  #view;
  #texts;
  #list;
  #back;
  #fetching = new Set();
  #hidden = new Set(); // numbers of originals that this user may not see
  #cameFrom = 0;

  /**
   * @param {import('./view.js').ChatView} view
   * @param {import('../app.js').App} app
   * @param {AbortSignal} signal when the chat is left
   */
  constructor(view, { texts, socket, outbox }, signal) {
    this.#view = view;
    this.#texts = texts;
    this.#list = view.find('messages');
    this.#back = view.find('jump-back');
    const fill = () => this.#fill();
    view.changes.addEventListener('state', ({ detail }) => this.#redraw(detail));
    view.changes.addEventListener('taken', fill);
    view.history.addEventListener('complete', fill);
    outbox.addEventListener('added', fill, { signal });
    socket.addEventListener('hello', fill, { signal });
    this.#list.addEventListener('click', (event) => this.#follow(event));
    this.#back.addEventListener('click', () => this.#goBack());
    view.scroll.addEventListener('reachend', () => this.#showBack(0));
    view.changes.takeQuoted(view.data.quoted ?? []);
    fill();
  }

  /** Fills the quotes that are empty, and remembers the originals of the others. */
  #fill() {
    for (const quote of this.#list.querySelectorAll('.message-quote')) {
      const item = quote.closest('.message');
      const seq = Number(item.dataset.reply);
      const original = this.#view.changes.know(seq);
      if (quote.querySelector('.quote-text')) continue;
      if (original) drawQuote(item, original, this.#texts);
      else if (this.#hidden.has(seq)) drawQuote(item, null, this.#texts);
      else this.#fetch(seq);
    }
  }

  #redraw(original) {
    for (const item of this.#list.querySelectorAll(`[data-reply="${original.seq}"]`)) {
      drawQuote(item, original, this.#texts);
    }
  }

  async #fetch(seq) {
    if (this.#fetching.has(seq)) return;
    this.#fetching.add(seq);
    const found = await this.#view.history.find(seq);
    this.#fetching.delete(seq);
    if (!found) return; // again with the next connection
    if (!found.length) this.#hidden.add(seq);
    for (const original of found) this.#view.changes.states.take(original);
    this.#fill();
  }

  /** Scrolls to the original if it is on the page; otherwise the link opens another page. */
  #follow(event) {
    const quote = event.target.closest('.message-quote[href]');
    if (!quote || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const item = quote.closest('.message');
    const original = this.#view.list.find({ seq: Number(item.dataset.reply) });
    if (!original) return;
    event.preventDefault();
    this.#goTo(original);
    this.#showBack(Number(item.dataset.seq));
  }

  #goBack() {
    const item = this.#view.list.find({ seq: this.#cameFrom });
    if (item) this.#goTo(item);
    this.#showBack(0);
  }

  #showBack(seq) {
    this.#cameFrom = seq;
    this.#back.hidden = !seq;
  }

  #goTo(item) {
    item.scrollIntoView({ block: 'center' });
    item.classList.add('at');
    item.focus({ preventScroll: true });
    setTimeout(() => item.classList.remove('at'), SHOWN_MS);
  }
}
