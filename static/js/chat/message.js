/** How one message looks, and the states it can be in: pending, refused, stored, and seen by everybody. */

import { hue, initials } from '../lib/avatars.js';
import { showFormatted } from '../lib/formatted.js';
import { shownName, shownText } from '../lib/shown.js';
import { isLonger } from '../lib/texts.js';
import { showTime } from '../lib/time.js';
import { addCopyButtons } from './copy_code.js';

export class MessageRenderer {
  #blank;
  #thread;
  #fold;
  #me;
  #texts;

  /**
   * @param {HTMLTemplateElement} blank drawn by the server, to be filled
   * @param {{thread: {id: number}, fold: {characters: number, lines: number}}} chat
   *   texts beyond either limit are folded
   * @param {{id: number, name: string}} me
   * @param {any} texts
   */
  constructor(blank, { thread, fold }, me, texts) {
    this.#blank = blank;
    this.#thread = thread.id;
    this.#fold = fold;
    this.#me = me;
    this.#texts = texts;
  }

  /** @returns {any} the element of a message, in no state yet */
  draw(message) {
    const { id, sender, at } = message;
    const item = /** @type {any} */ (this.#blank.content.firstElementChild?.cloneNode(true));
    const own = sender.id === this.#me.id;
    item.dataset.id = id;
    item.dataset.sender = sender.id;
    item.classList.toggle('own', own);
    const name = shownName(sender);
    item.querySelector('.message-sender').textContent = name;
    this.#fill(item, shownText(message));
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

  rewrite(item, text) {
    this.#fill(item, text);
  }

  showRefused(item, reason) {
    item.classList.replace('pending', 'refused');
    showState(item, reason ?? this.#texts.notStored);
    item.querySelector('.message-actions').hidden = false;
  }

  /** A pending message becomes a stored one; so does one that was just drawn. */
  showStored(item, message) {
    const { seq, at } = message;
    const text = shownText(message);
    item.classList.remove('pending', 'refused');
    item.dataset.seq = seq;
    item.querySelector('.message-state')?.remove();
    item.querySelector('.message-actions')?.remove();
    if (typedText(item) !== text) this.#fill(item, text);
    showTime(item.querySelector('.message-time'), at, 'clock');
    item.querySelector('.message-link').href = `/messages/chat/${this.#thread}/?at=${seq}`;
  }

  /** Everybody has read one's own message. */
  showSeen(item) {
    item.classList.add('seen');
    item.querySelector('.mark').setAttribute('aria-label', this.#texts.seen);
  }

  #fill(item, text) {
    const element = item.querySelector('.message-text');
    showFormatted(element, text);
    addCopyButtons(element, this.#texts);
    if (element.textContent === text) delete item.dataset.text;
    else item.dataset.text = text;
    const isLong = isLonger(text, this.#fold.characters) || text.split('\n').length - 1 > this.#fold.lines;
    item.classList.toggle('long', isLong);
  }
}

/** The text as it was typed: kept beside one that is drawn without the signs of its formatting. */
function typedText(item) {
  return item.dataset.text ?? item.querySelector('.message-text').textContent;
}

function showState(item, sentence) {
  const state = item.querySelector('.message-state');
  if (!state) return;
  state.textContent = sentence;
  state.hidden = false;
}
