/** The notice above the box: a sentence, and a button that sends where no WebSocket gets through. */
export class Notice {
  #box;
  #text;
  #button;

  /** @param {HTMLElement} box @param {HTMLElement} text @param {HTMLElement} button */
  constructor(box, text, button) {
    this.#box = box;
    this.#text = text;
    this.#button = button;
  }

  say(sentence) {
    this.#text.textContent = sentence;
    this.#show();
  }

  /** Removes a sentence that no longer holds, unless another one replaced it. */
  takeBack(sentence) {
    if (sentence && this.#text.textContent === sentence) this.say('');
  }

  offerPlainSending(isOffered) {
    this.#button.hidden = !isOffered;
    this.#show();
  }

  #show() {
    this.#box.hidden = !this.#text.textContent && this.#button.hidden;
  }
}
