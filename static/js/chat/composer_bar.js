/** The bar above the box: what one writes is not simply a new message. Event: `end`, when one wishes it so. */
export class ComposerBar extends EventTarget {
  #bar;
  #button;

  /** @param {any} form */
  constructor(form) {
    super();
    this.#bar = form.querySelector('.composer-bar');
    this.#button = this.#bar.querySelector('button');
    this.#button.addEventListener('click', () => this.dispatchEvent(new Event('end')));
  }

  /** @param {string} title @param {string} text of the message that it is about */
  show(title, text) {
    this.#bar.querySelector('.bar-title').textContent = title;
    this.#bar.querySelector('.bar-text').textContent = text;
    this.#bar.hidden = false;
  }

  hide() {
    this.#bar.hidden = true;
  }
}
