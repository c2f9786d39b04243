/** How one message looks, and the states it can be in: pending, refused, stored, and seen by everybody. */

import { hue, initials } from '../lib/avatars.js';
import { shownName } from '../lib/shown.js';
import { showTime } from '../lib/time.js';
import { drawState, drawText, typedText } from './drawing.js';
import { drawFiles } from './files.js';
import { stateOf } from './states.js';

export class MessageRenderer {
  #blank;
  #scene;
  #texts;

  /**
   * @param {HTMLTemplateElement} blank an empty message that the server rendered
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

  /** Changes the text or the files of a message that was not sent yet. */
  rewrite(item, { text, files = [] }) {
    drawText(item, { text }, this.#scene);
    drawFiles(item, files);
  }

  redraw(item, state, waiting, offline) {
    drawState(item, state, this.#scene, waiting, offline);
  }

  showRefused(item, reason) {
    item.classList.replace('pending', 'refused');
    showState(item, reason ?? this.#texts.notStored);
    item.querySelector('.message-actions').hidden = false;
  }

  /** Marks a pending or new message as stored. */
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

  /** Marks the user's own message as read by everybody. */
  showSeen(item) {
    item.classList.add('seen');
    item.querySelector('.mark').setAttribute('aria-label', this.#texts.seen);
  }

  /** Shows the state with the highest change. */
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
