/** Loads what came before the messages shown. `failed` tells that it could not. */
export class History extends EventTarget {
  #button;
  #thread;
  #list;

  /**
   * @param {HTMLButtonElement} button
   * @param {number} thread
   * @param {import('./messages.js').MessageList} list
   * @param {boolean} more whether there is anything earlier
   */
  constructor(button, thread, list, more) {
    super();
    this.#button = button;
    this.#thread = thread;
    this.#list = list;
    button.hidden = !more;
    button.addEventListener('click', () => this.#load());
  }

  async #load() {
    if (this.#button.ariaBusy === 'true') return;
    this.#button.ariaBusy = 'true';
    try {
      const url = `/messages/chat/${this.#thread}/history?before=${this.#list.firstSeq}`;
      const response = await fetch(url, { cache: 'no-store' });
      if (!response.ok) throw new Error(`history answered ${response.status}`);
      const { messages, more } = await response.json();
      this.#list.prepend(messages);
      this.#button.hidden = !more;
    } catch (error) {
      console.warn(error);
      this.dispatchEvent(new Event('failed'));
    } finally {
      this.#button.ariaBusy = null;
    }
  }
}
