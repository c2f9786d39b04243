/**
 * The list of messages, changed here and nowhere else. Stored messages are in the order of their numbers;
 * pending and refused ones after them, until they are known to be stored and take their places.
 *
 * Events: `tryagain` and `discard` (`detail` is the id), when a button of a refused message is pressed.
 */

import { arrange, following } from './arrange.js';
import { addCopyButtons } from './copy_code.js';
import { walkByArrows } from './keyboard_walk.js';
import { MessageRenderer } from './message.js';
import { Notes } from './notes.js';
import { findStored, findUnsent, firstSeq, lastSeq, successorOf } from './order.js';
import { findFar, removeFar } from './trimming.js';
import { UnreadLine } from './unread_line.js';

export class MessageList extends EventTarget {
  #list;
  #me;
  #scroll;
  #renderer;
  #arrange;
  #readSeq; // how far the person had read when the chat was opened
  #seen = 0; // everybody has read the user's own messages up to this number

  /**
   * @param {HTMLElement} pane with the list, and the blanks that the server rendered
   * @param {{thread: {id: number, readSeq: number, unread: number}, fold: {characters: number, lines: number},
   *   from?: number, reactions?: string[]}} chat
   * @param {{id: number, name: string}} me
   * @param {import('./people.js').People} people
   * @param {import('./scroll.js').EndScroll} scroll
   * @param {any} texts
   */
  constructor(pane, chat, me, people, scroll, texts) {
    super();
    /** @type {(selector: string) => any} */
    const find = (selector) => pane.querySelector(selector);
    this.#list = find('#messages');
    this.#me = me;
    this.#scroll = scroll;
    this.#readSeq = chat.thread.readSeq;
    const canReact = Boolean(chat.reactions?.length && find('#composer'));
    const scene = { me: me.id, thread: chat.thread.id, people, fold: chat.fold, texts, canReact };
    this.#renderer = new MessageRenderer(find('#blank-message'), scene);
    const blankDay = find('#blank-day');
    this.#arrange = (item) => arrange(item, blankDay);
    this.unreadLine = new UnreadLine(this.#list, find('#blank-unread-line'), chat.thread, scroll, this.#arrange);
    this.notes = new Notes(this.#list, find('#blank-note'), chat.from ?? 1, texts, scroll, this.#arrange);
    this.#list.classList.remove('fresh');
    addCopyButtons(this.#list, texts);
    this.#list.addEventListener('click', (event) => this.#press(event.target.closest('button[data-action]')));
    walkByArrows(scroll.element, this.#list);
  }

  /** The numbers of the first and of the last message shown, 0 when there is none. */
  get firstSeq() {
    return firstSeq(this.#list);
  }
  get lastSeq() {
    return lastSeq(this.#list);
  }

  /** The numbers of the messages on the page, and of their originals. @returns {number[]} */
  get numbers() {
    const items = Array.from(this.#list.querySelectorAll('.message'));
    return items.flatMap(({ dataset: { seq, reply } }) => [Number(seq), Number(reply)]);
  }

  /** The ids and numbers of the user's own messages on the page. @returns {[string, number][]} */
  get own() {
    return Array.from(this.#list.querySelectorAll('.own[data-seq]'), ({ dataset }) => [
      dataset.id,
      Number(dataset.seq),
    ]);
  }

  /** The user's own last message, sent or waiting. @returns {any} */
  get lastOwn() {
    return Array.from(this.#list.querySelectorAll('.message.own:not(.deleted)')).at(-1);
  }

  /** @param {{seq?: number, of?: string}} message its number, or its id @returns {any} its element, if it is there */
  find({ seq, of }) {
    return (seq && findStored(this.#list, seq)) || (of && this.#list.querySelector(`[data-id="${CSS.escape(of)}"]`));
  }

  /** The messages with reactions, which the server draws without buttons. @returns {any[]} */
  get reacted() {
    return Array.from(this.#list.querySelectorAll('.message-reactions'), (chips) => chips.closest('.message'));
  }

  /** Shows a new state of a message; not announced to screen readers. @param {() => void} more rendered with it */
  redraw(item, state, waiting, offline, more) {
    this.#quietly(() => {
      this.#renderer.redraw(item, state, waiting, offline);
      more();
    });
  }

  #quietly(change) {
    const log = this.#scroll.element;
    log.setAttribute('aria-busy', 'true');
    this.#scroll.keeping(change);
    requestAnimationFrame(() => requestAnimationFrame(() => log.removeAttribute('aria-busy')));
  }

  /** Adds a stored message, or updates the pending or rendered one with its id. */
  add(message) {
    this.#scroll.keeping(() => {
      const { id, seq } = message;
      const item = findUnsent(this.#list, id) ?? findStored(this.#list, seq) ?? this.#renderer.draw(message);
      this.#showStored(item, message);
      const next = successorOf(this.#list, seq);
      const moved = item.nextElementSibling !== next || !item.isConnected;
      const left = moved && item.isConnected ? following(item) : null;
      if (moved) this.#list.insertBefore(item, next);
      for (const each of [item, following(item), left]) if (each) this.#arrange(each);
    });
  }

  /** @param {import('../net/outbox_store.js').Entry} entry another tab may report it after it is stored */
  addPending({ id, text, reply, files, elsewhere }, offline) {
    if (this.#list.querySelector(`[data-id="${CSS.escape(id)}"]`)) return;
    const item = this.#renderer.draw({ id, text, reply, files, sender: this.#me, at: new Date().toISOString() });
    this.#renderer.showPending(item, offline);
    this.#scroll.keeping(() => {
      this.#list.append(item);
      this.#arrange(item);
    });
    if (!elsewhere) this.#scroll.toEnd();
  }

  /** Updates the labels of pending messages: sending, or waiting for the connection. */
  showOffline(offline) {
    for (const item of this.#list.querySelectorAll('.pending')) this.#renderer.showPending(item, offline);
  }

  /** It was changed before it was sent. @param {import('../net/outbox_store.js').Entry} entry */
  rewrite(entry) {
    const item = findUnsent(this.#list, entry.id);
    if (item) this.#scroll.keeping(() => this.#renderer.rewrite(item, entry));
  }

  /** @param {import('../net/outbox_store.js').Entry} entry */
  refuse({ id, reason }) {
    const item = findUnsent(this.#list, id);
    if (item) this.#scroll.keeping(() => this.#renderer.showRefused(item, reason));
  }

  /** @returns {boolean} whether it was there, pending or refused */
  drop(id) {
    const item = findUnsent(this.#list, id);
    if (!item) return false;
    this.#scroll.keeping(() => {
      const next = following(item);
      item.remove();
      if (next) this.#arrange(next);
    });
    return true;
  }

  /** A page of earlier messages, oldest first, and its notes; not announced to screen readers. */
  prepend(page) {
    this.#addPage(page, (items) => this.#list.prepend(...items));
  }

  /** A page of later messages, between what is shown and what waits. */
  append(page) {
    this.#addPage(page, (items) => {
      const next = successorOf(this.#list, Number(items[0]?.dataset.seq));
      for (const item of items) this.#list.insertBefore(item, next);
    });
  }

  #addPage({ messages, notes = [] }, put) {
    const items = messages.map((message) => this.#showStored(this.#renderer.draw(message), message));
    const first = this.#list.firstElementChild;
    const log = this.#scroll.element;
    log.setAttribute('aria-busy', 'true');
    this.#scroll.keeping(() => {
      put(items);
      if (first?.matches('.day') && first.previousElementSibling) first.remove();
      for (const item of items) this.#arrange(item);
      const next = items.length ? following(items.at(-1)) : null;
      if (next) this.#arrange(next);
      this.notes.put(notes);
    }, false);
    requestAnimationFrame(() => requestAnimationFrame(() => log.removeAttribute('aria-busy')));
    this.unreadLine.drawWhereOneLeftOff();
  }

  /** @param {'start'|'end'} side @returns {boolean} whether it removed any: those over the limit */
  trim(most, side) {
    const far = findFar(this.#list, most, side);
    if (!far.length) return false;
    const hadFocus = this.#list.contains(document.activeElement);
    this.#scroll.keeping(() => {
      removeFar(far, side);
      if (side === 'start') this.notes.trim();
      const first = this.#list.querySelector('.message');
      if (first) this.#arrange(first);
    }, false);
    if (hadFocus && !this.#list.contains(document.activeElement)) this.#scroll.element.focus({ preventScroll: true });
    return true;
  }

  /** Marks messages up to this number as read by everybody. */
  showSeen(seq) {
    if (seq <= this.#seen) return;
    this.#seen = seq;
    for (const item of this.#list.querySelectorAll('.own[data-seq]:not(.seen)')) this.#markSeen(item);
  }

  /** Scrolls to the requested message, else to the first new one, else to the last one read, far from the end. */
  goTo(seq, isWhole) {
    const lastRead = isWhole ? null : findStored(this.#list, this.#readSeq);
    const item = seq ? findStored(this.#list, seq) : (this.unreadLine.element ?? lastRead);
    if (!item) return;
    if (seq) item.classList.add('at');
    const { top, bottom } = this.#scroll.element.getBoundingClientRect();
    const place = item.getBoundingClientRect();
    if (seq || place.top < top || place.bottom > bottom) item.scrollIntoView({ block: seq ? 'center' : 'start' });
  }

  #showStored(item, message) {
    this.#renderer.showStored(item, message);
    this.#markSeen(item);
    return item;
  }

  #markSeen(item) {
    if (item.matches('.own') && Number(item.dataset.seq) <= this.#seen) this.#renderer.showSeen(item);
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
