/**
 * The list of messages, changed here and nowhere else. Real messages stand in the order of their numbers;
 * pending and refused ones after them, until they are known to be stored and take their places.
 *
 * Events: `tryagain` and `discard` (`detail` is the id), when a button of a refused message is pressed.
 */

import { hue, initials } from '../lib/avatars.js';
import { showText } from '../lib/links.js';
import { isLonger, shownName, shownText } from '../lib/texts.js';
import { showTime } from '../lib/time.js';
import { arrange, following } from './arrange.js';

export class MessageList extends EventTarget {
  #list;
  #pane;
  #thread;
  #fold;
  #readSeq; // how far the person had read when the chat was opened
  #isUnread; // whether there is anything new after it: a line stands before that
  #me;
  #scroll;
  #texts;
  #seen = 0; // one's own messages up to this number were read by everybody

  /**
   * @param {HTMLElement} pane with the list, and the blanks drawn by the server, to be filled
   * @param {{thread: {id: number, readSeq: number, unread: number}, fold: {characters: number, lines: number}}} chat
   *   texts beyond either limit are folded
   * @param {{id: number, name: string}} me
   * @param {import('./scroll.js').EndScroll} scroll
   * @param {{sending: string, offline: string, notStored: string, seen: string}} texts
   */
  constructor(pane, chat, me, scroll, texts) {
    super();
    this.#pane = pane;
    this.#list = pane.querySelector('#messages');
    this.#thread = chat.thread.id;
    this.#fold = chat.fold;
    this.#readSeq = chat.thread.readSeq;
    this.#isUnread = chat.thread.unread > 0;
    this.#me = me;
    this.#scroll = scroll;
    this.#texts = texts;
    this.#list.classList.remove('fresh');
    this.#list.addEventListener('click', (event) => this.#press(event.target.closest('button[data-action]')));
    scroll.element.addEventListener('keydown', (event) => this.#walk(event));
  }

  /** The numbers of the first and of the last message shown, 0 when there is none. */
  get firstSeq() {
    return Number(this.#list.querySelector('[data-seq]')?.dataset.seq ?? 0);
  }
  get lastSeq() {
    return Number(this.#lastStored()?.dataset.seq ?? 0);
  }

  /** The ids of one's own messages shown. */
  get ownIds() {
    return Array.from(this.#list.querySelectorAll('.own[data-seq]'), ({ dataset }) => dataset.id);
  }

  /** A stored message: a pending one with its id becomes it; so does one that the page was drawn with. */
  add(message) {
    this.#scroll.keeping(() => {
      const item = this.#pending(message.id) ?? this.#stored(message.seq) ?? this.#make(message);
      this.#settle(item, message);
      const next = this.#successor(message.seq);
      const moved = item.nextElementSibling !== next || !item.isConnected;
      const left = moved && item.isConnected ? following(item) : null;
      if (moved) this.#list.insertBefore(item, next);
      for (const each of [item, following(item), left]) if (each) this.#arrange(each);
    });
  }

  /** @param {import('../net/storage.js').Entry} entry of another tab it may be told later than that it is stored */
  addPending({ id, text, elsewhere }, offline) {
    if (this.#list.querySelector(`[data-id="${CSS.escape(id)}"]`)) return;
    const item = this.#make({ id, text, sender: this.#me, at: new Date().toISOString() });
    item.classList.add('pending');
    showState(item, offline ? this.#texts.offline : this.#texts.sending);
    this.#scroll.keeping(() => {
      this.#list.append(item);
      this.#arrange(item);
    });
    if (!elsewhere) this.#scroll.toEnd();
  }

  /** What waits says for what. */
  showOffline(offline) {
    for (const item of this.#list.querySelectorAll('.pending')) {
      showState(item, offline ? this.#texts.offline : this.#texts.sending);
    }
  }

  /** @param {import('../net/storage.js').Entry} entry */
  refuse({ id, reason }) {
    const item = this.#pending(id);
    if (!item) return;
    this.#scroll.keeping(() => {
      item.classList.replace('pending', 'refused');
      showState(item, reason ?? this.#texts.notStored);
      item.querySelector('.message-actions').hidden = false;
    });
  }

  /** @returns {boolean} whether it was there, pending or refused */
  drop(id) {
    const item = this.#pending(id);
    if (!item) return false;
    this.#scroll.keeping(() => {
      const next = following(item);
      item.remove();
      if (next) this.#arrange(next);
    });
    return true;
  }

  /** Earlier messages, oldest first; not announced to screen readers. */
  prepend(messages) {
    this.#addPage(messages, (items) => this.#list.prepend(...items));
    this.#showWhereOneLeftOff();
  }

  /** Later messages, between what is shown and what waits. */
  append(messages) {
    this.#addPage(messages, (items) => {
      const last = this.#lastStored();
      if (last) last.after(...items);
      else this.#list.prepend(...items);
    });
    this.#showWhereOneLeftOff();
  }

  /** The line stands before the first new message, as soon as the place where one left off is on the page. */
  #showWhereOneLeftOff() {
    if (!this.#isUnread || this.#list.querySelector('.unread-line') || this.firstSeq > this.#readSeq + 1) return;
    const isNew = (item) => Number(item.dataset.seq) > this.#readSeq && !item.matches('.own');
    const first = Array.prototype.find.call(this.#list.querySelectorAll('[data-seq]'), isNew);
    if (!first) return;
    this.#scroll.keeping(() => {
      first.before(this.#blankLine());
      this.#arrange(first);
    }, false);
  }

  #blankLine() {
    return this.#pane.querySelector('#blank-unread-line').content.cloneNode(true);
  }

  /**
   * Removes messages far below the reader, pending ones too, so that the list stays quick.
   * @returns {boolean} whether it removed any
   */
  trimEnd(most) {
    return this.#trim(
      most,
      (items) => items.slice(most),
      (item) => item.nextElementSibling,
    );
  }

  /** The same above. */
  trimStart(most) {
    return this.#trim(
      most,
      (items) => items.slice(0, -most),
      (item) => item.previousElementSibling,
    );
  }

  #trim(most, far, beyond) {
    const items = [...this.#list.querySelectorAll('.message')];
    if (items.length <= most) return false;
    const hadFocus = this.#list.contains(document.activeElement);
    this.#scroll.keeping(() => {
      for (const item of far(items)) {
        for (let each = beyond(item); each && !each.matches('.message'); each = beyond(item)) each.remove();
        item.remove();
      }
      const first = this.#list.querySelector('.message');
      if (first) this.#arrange(first);
    }, false);
    if (hadFocus && !this.#list.contains(document.activeElement)) this.#scroll.element.focus({ preventScroll: true });
    return true;
  }

  #addPage(messages, put) {
    const items = messages.map((message) => this.#settle(this.#make(message), message));
    const first = this.#list.firstElementChild;
    const log = this.#scroll.element;
    log.setAttribute('aria-busy', 'true');
    this.#scroll.keeping(() => {
      put(items);
      if (first?.matches('.day') && first.previousElementSibling) first.remove();
      for (const item of items) this.#arrange(item);
      const next = items.length ? following(items.at(-1)) : null;
      if (next) this.#arrange(next);
    }, false);
    requestAnimationFrame(() => requestAnimationFrame(() => log.removeAttribute('aria-busy')));
  }

  /** Everybody has read up to this number. */
  showSeen(seq) {
    if (seq <= this.#seen) return;
    this.#seen = seq;
    for (const item of this.#list.querySelectorAll('.own[data-seq]:not(.seen)')) this.#showMark(item);
  }

  /** A line above what comes next, and none above anything else. */
  drawUnreadLine() {
    this.dropUnreadLine();
    const last = this.#lastStored();
    if (last) last.after(this.#blankLine());
    else this.#list.prepend(this.#blankLine());
  }

  dropUnreadLine() {
    this.#isUnread = false;
    const line = this.#list.querySelector('.unread-line');
    const next = line && following(line);
    line?.remove();
    if (next) this.#arrange(next);
  }

  /** Scrolls to the requested message, else to the first new one, else to the last one read, far from the end. */
  goTo(seq, isWhole) {
    const line = this.#list.querySelector('.unread-line');
    const item = seq ? this.#stored(seq) : (line ?? (isWhole ? null : this.#stored(this.#readSeq)));
    if (!item) return;
    if (seq) item.classList.add('at');
    const { top, bottom } = this.#scroll.element.getBoundingClientRect();
    const place = item.getBoundingClientRect();
    if (seq || place.top < top || place.bottom > bottom) item.scrollIntoView({ block: seq ? 'center' : 'start' });
  }

  #make(message) {
    const { id, sender, at } = message;
    const item = this.#pane.querySelector('#blank-message').content.firstElementChild.cloneNode(true);
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

  #fill(item, text) {
    showText(item.querySelector('.message-text'), text);
    item.classList.toggle(
      'long',
      isLonger(text, this.#fold.characters) || text.split('\n').length - 1 > this.#fold.lines,
    );
  }

  /** What is known of a stored message only. */
  #settle(item, message) {
    const { seq, at } = message;
    const text = shownText(message);
    item.classList.remove('pending', 'refused');
    item.dataset.seq = seq;
    item.querySelector('.message-state')?.remove();
    item.querySelector('.message-actions')?.remove();
    if (item.querySelector('.message-text').textContent !== text) this.#fill(item, text);
    showTime(item.querySelector('.message-time'), at, 'clock');
    item.querySelector('.message-link').href = `/messages/chat/${this.#thread}/?at=${seq}`;
    this.#showMark(item);
    return item;
  }

  #showMark(item) {
    if (!item.matches('.own') || Number(item.dataset.seq) > this.#seen) return;
    item.classList.add('seen');
    item.querySelector('.mark').setAttribute('aria-label', this.#texts.seen);
  }

  #arrange(item) {
    arrange(item, this.#pane.querySelector('#blank-day'));
  }

  #pending(id) {
    return Array.prototype.find.call(
      this.#list.querySelectorAll('.pending, .refused'),
      (each) => each.dataset.id === id,
    );
  }

  #stored(seq) {
    return this.#list.querySelector(`[data-seq="${Number(seq)}"]`);
  }

  #lastStored() {
    let item = this.#list.lastElementChild;
    while (item && !item.dataset.seq) item = item.previousElementSibling;
    return item;
  }

  /** What a message is to stand before: nearly always the first pending one, or nothing. */
  #successor(seq) {
    let next = null;
    let item = this.#list.lastElementChild;
    while (item && !(Number(item.dataset.seq) < seq) && !item.matches('.unread-line, .day')) {
      if (Number(item.dataset.seq) !== seq) next = item;
      item = item.previousElementSibling;
    }
    return next;
  }

  /** From message to message by the arrow keys. */
  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.altKey) return;
    const items = [...this.#list.querySelectorAll('.message')];
    const place = items.indexOf(document.activeElement?.closest('.message'));
    const item = place < 0 ? items.at(-1) : items[place + step];
    if (!item) return;
    event.preventDefault();
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: 'nearest' });
  }

  #press(button) {
    if (!button) return;
    const item = button.closest('.message');
    if (button.dataset.action === 'unfold') {
      item.classList.add('unfolded');
      item.focus({ preventScroll: true });
      return;
    }
    this.dispatchEvent(new CustomEvent(button.dataset.action.replace('-', ''), { detail: item.dataset.id }));
  }
}

function showState(item, sentence) {
  const state = item.querySelector('.message-state');
  if (!state) return;
  state.textContent = sentence;
  state.hidden = false;
}
