/** How one message looks, and the states it can be in: pending, refused, stored, and seen by everybody. */

import { hue, initials } from '../lib/avatars.js';
import { shownName } from '../lib/shown.js';
import { showTime } from '../lib/time.js';
import { drawState, drawText, typedText } from './drawing.js';
import { stateOf } from './states.js';

export class MessageRenderer {
  #blank;
  #scene;
  #texts;

  /**
   * @param {HTMLTemplateElement} blank drawn by the server, to be filled
   * @param {import('./drawing.js').Scene} scene
   */
  constructor(blank, scene) {
    this.#blank = blank;
    this.#scene = scene;
    this.#texts = scene.texts;
  }

  /** @returns {any} the element of a message, in no state yet */
  draw(message) {
    const { id, sender, at } = message;
    const item = /** @type {any} */ (this.#blank.content.firstElementChild?.cloneNode(true));
    const own = sender.id === this.#scene.me;
    item.dataset.id = id;
    item.dataset.sender = sender.id;
    item.classList.toggle('own', own);
    const name = shownName(sender);
    item.querySelector('.message-sender').textContent = name;
    drawState(item, stateOf(message, this.#scene.me), this.#scene);
    showTime(item.querySelector('.message-time'), at, 'clock');
    const avatar = item.querySelector('.avatar');
    if (own) {
      avatar.remove();
    } else {
      item.querySelector('.mark').remove();
      item.classList.add(`hue-${hue(name)}`);
      avatar.textContent = initials(name);
    }
    return item;
  }

  showPending(item, offline) {
    item.classList.add('pending');
    showState(item, offline ? this.#texts.offline : this.#texts.sending);
  }

  /** A message that was not sent yet has another text. */
  rewrite(item, text) {
    drawText(item, { text }, this.#scene);
  }

  redraw(item, state, waiting, offline) {
    drawState(item, state, this.#scene, waiting, offline);
  }

  showRefused(item, reason) {
    item.classList.replace('pending', 'refused');
    showState(item, reason ?? this.#texts.notStored);
    item.querySelector('.message-actions').hidden = false;
  }

  /** A pending message becomes a stored one; so does one that was just drawn. */
  showStored(item, message) {
    const { seq, at } = message;
    item.classList.remove('pending', 'refused');
    item.dataset.seq = seq;
    item.querySelector('.message-state')?.remove();
    item.querySelector('.message-actions')?.remove();
    this.#showNewer(item, stateOf(message, this.#scene.me));
    showTime(item.querySelector('.message-time'), at, 'clock');
    item.querySelector('.message-link').href = `/messages/chat/${this.#scene.thread}/?at=${seq}`;
  }

  /** Everybody has read one's own message. */
  showSeen(item) {
    item.classList.add('seen');
    item.querySelector('.mark').setAttribute('aria-label', this.#texts.seen);
  }

  /** Of what is shown and what is told, the higher change holds. */
  #showNewer(item, state) {
    const shown = Number(item.dataset.change ?? 0);
    const isSame = shown === state.change && typedText(item) === state.text;
    if (shown <= state.change && !isSame) drawState(item, state, this.#scene);
  }
}

function showState(item, sentence) {
  const state = item.querySelector('.message-state');
  if (!state) return;
  state.textContent = sentence;
  state.hidden = false;
}
