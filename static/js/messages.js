/**
 * The list of messages, changed here and nowhere else. Real messages stand in the order of their numbers;
 * pending and refused ones after them, until they are known to be stored and take their places.
 *
 * Events: `tryagain` and `discard` (`detail` is the id), when a button of a refused message is pressed.
 */
import { showLiveTime, showTime } from './time.js';

export class MessageList extends EventTarget {
  #list;
  #blank;
  #me;
  #scroll;
  #texts;

  /**
   * @param {HTMLOListElement} list
   * @param {HTMLTemplateElement} blank one message, drawn by the server, to be filled
   * @param {{id: number, name: string}} me
   * @param {import('./scroll.js').EndScroll} scroll
   * @param {{sending: string, notStored: string}} texts
   */
  constructor(list, blank, me, scroll, texts) {
    super();
    this.#list = list;
    this.#blank = blank;
    this.#me = me;
    this.#scroll = scroll;
    this.#texts = texts;
    list.addEventListener('click', (event) => this.#press(event.target.closest('button[data-action]')));
  }

  /** The number of the first message shown, 0 when there is none. */
  get firstSeq() { return Number(this.#list.querySelector('[data-seq]')?.dataset.seq ?? 0); }

  /** The ids of one's own messages shown. */
  get ownIds() { return Array.from(this.#list.querySelectorAll('.own[data-seq]'), ({ dataset }) => dataset.id); }

  /** A stored message: a pending one with its id becomes it; so does one that the page was drawn with. */
  add(message) {
    this.#scroll.keeping(() => {
      const item = this.#pending(message.id) ?? this.#stored(message.seq) ?? this.#make(message);
      item.classList.remove('pending', 'refused');
      item.dataset.seq = message.seq;
      item.querySelector('.message-state')?.remove();
      item.querySelector('.message-actions')?.remove();
      const text = item.querySelector('.message-text');
      if (text.textContent !== message.text) text.textContent = message.text;
      showLiveTime(item.querySelector('time'), message.at);
      const next = this.#successor(message.seq);
      if (item.nextElementSibling !== next || !item.isConnected) this.#list.insertBefore(item, next);
    });
  }

  /** @param {import('./outbox_store.js').Entry} entry of another tab it may be told later than that it is stored */
  addPending({ id, text }) {
    if (this.#list.querySelector(`[data-id="${CSS.escape(id)}"]`)) return;
    const item = this.#make({ id, text, sender: this.#me });
    item.classList.add('pending');
    showState(item, this.#texts.sending);
    this.#list.append(item);
    this.#scroll.toEnd();
  }

  refuse({ id, reason }) {
    const item = this.#pending(id);
    if (!item) return;
    this.#scroll.keeping(() => {
      item.classList.replace('pending', 'refused');
      showState(item, reason ?? this.#texts.notStored);
      item.querySelector('.message-actions').hidden = false;
    });
  }

  drop(id) { this.#scroll.keeping(() => this.#pending(id)?.remove()); }

  /** Earlier messages, oldest first; not announced to screen readers. */
  prepend(messages) {
    const items = messages.map((message) => {
      const item = this.#make(message);
      item.dataset.seq = message.seq;
      item.querySelector('.message-state').remove();
      item.querySelector('.message-actions').remove();
      showTime(item.querySelector('time'), message.at);
      return item;
    });
    this.#list.setAttribute('aria-busy', 'true');
    this.#scroll.keeping(() => this.#list.prepend(...items));
    this.#list.removeAttribute('aria-busy');
  }

  #make({ id, text, sender }) {
    const item = this.#blank.content.firstElementChild.cloneNode(true);
    item.dataset.id = id;
    item.dataset.sender = sender.id;
    item.classList.toggle('own', sender.id === this.#me.id);
    item.querySelector('.message-sender').textContent = sender.name;
    item.querySelector('.message-text').textContent = text;
    return item;
  }

  #pending(id) {
    return Array.prototype.find.call(this.#list.querySelectorAll('.pending, .refused'), (each) => each.dataset.id === id);
  }

  #stored(seq) { return this.#list.querySelector(`[data-seq="${Number(seq)}"]`); }

  /** What a message is to stand before: nearly always the first pending one, or nothing. */
  #successor(seq) {
    let next = null;
    let item = this.#list.lastElementChild;
    while (item && (!item.dataset.seq || Number(item.dataset.seq) >= seq)) {
      if (Number(item.dataset.seq) !== seq) next = item;
      item = item.previousElementSibling;
    }
    return next;
  }

  #press(button) {
    if (!button) return;
    const { id } = button.closest('.message').dataset;
    this.dispatchEvent(new CustomEvent(button.dataset.action.replace('-', ''), { detail: id }));
  }
}

function showState(item, sentence) {
  const state = item.querySelector('.message-state');
  state.textContent = sentence;
  state.hidden = false;
}
