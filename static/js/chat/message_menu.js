import { shortList } from './reactions.js';
import { drawSeen, seenTitle } from './seen_by.js';

const MARGIN_PX = 8; // between the menu and the edge of the window

/**
 * The menu of a message, one for all. Event: `act` (`detail`: the message's element and the name of the action);
 * reactions fire `choose` in the menu, as chips do in messages. Deleting is asked about in the same place, and who has
 * seen a message or reacted to it is told there.
 */
export class MessageMenu extends EventTarget {
  #box;
  #menu;
  #question;
  #seen;
  #names;
  #texts;
  /** @type {any} */
  #item = null;
  /** @type {any} the focus before */
  #returnTo = null;

  /** @param {any} box @param {any} texts @param {AbortSignal} signal */
  constructor(box, texts, signal) {
    super();
    this.#texts = texts;
    this.#box = box;
    this.#menu = box.querySelector('[role="menu"]');
    this.#question = box.querySelector('[role="alertdialog"]');
    this.#seen = box.querySelector('[role="dialog"]');
    this.#names = box.querySelector('.menu-names');
    box.addEventListener('click', ({ target }) => this.#press(target.closest('button')));
    box.addEventListener('choose', () => this.close());
    box.addEventListener('contextmenu', (event) => event.preventDefault()); // caused by the key that opened it
    box.addEventListener('keydown', (event) => this.#key(event));
    const leave = ({ target }) => {
      if (this.#item && !box.contains(target)) this.close(false);
    };
    document.addEventListener('pointerdown', leave, { signal, capture: true });
    addEventListener('resize', () => this.close(false), { signal });
    signal.addEventListener('abort', () => this.close(false));
  }

  /** The message of the open menu. */
  get item() {
    return this.#item;
  }

  /**
   * @param {any} item the message
   * @param {Set<string>} offered names of actions
   * @param {{state: import('./states.js').State, reactions: string[], seen: import('./seen_by.js').Seen}} about
   *   without reactions none can be set
   * @param {{x: number, y: number}} [place] of the pointer; otherwise beside the message
   */
  open(item, offered, { state, reactions, seen }, place) {
    if (!offered.size && !reactions.length) return;
    this.close(false);
    this.#item = item;
    this.#returnTo = document.activeElement === document.body ? item : document.activeElement;
    item.classList.add('chosen');
    for (const button of this.#menu.querySelectorAll('[data-act]')) button.hidden = !offered.has(button.dataset.act);
    const slot = this.#menu.querySelector('.menu-reactions');
    slot.replaceChildren(...(reactions.length ? [shortList(state, reactions)] : []));
    slot.hidden = !reactions.length;
    this.showSeen(seen);
    this.#show(this.#menu);
    this.#place(place ?? beside(item));
    this.#entries[0]?.focus({ preventScroll: true });
  }

  /** Asks before a message is deleted. @param {any} item */
  ask(item) {
    if (this.#item !== item) {
      this.close(false);
      this.#item = item;
      this.#returnTo = document.activeElement;
      item.classList.add('chosen');
    }
    this.#show(this.#question);
    this.#place(beside(item));
    this.#question.querySelector('[data-answer="no"]').focus({ preventScroll: true });
  }

  /** Tells who reacted, until one touches anything. @param {any} chip @param {string} names */
  tell(chip, names) {
    this.close(false);
    this.#item = chip.closest('.message');
    this.#names.textContent = names;
    this.#show(this.#names);
    const { left, bottom } = chip.getBoundingClientRect();
    this.#place({ x: left, y: bottom });
  }

  close(andReturn = true) {
    const item = this.#item;
    if (!item) return;
    this.#item = null;
    item.classList.remove('chosen');
    if (this.#box.hidePopover) this.#box.hidePopover();
    else this.#box.classList.remove('open');
    if (andReturn) (this.#returnTo?.isConnected ? this.#returnTo : item).focus({ preventScroll: true });
  }

  /** @param {import('./seen_by.js').Seen} seen */
  showSeen(seen) {
    this.#menu.querySelector('[data-act="seen"]').textContent = seenTitle(seen, this.#texts);
    drawSeen(this.#seen, seen, this.#texts);
  }

  #show(part) {
    for (const each of this.#box.children) each.hidden = each !== part;
    if (!this.#box.showPopover) this.#box.classList.add('open');
    else if (!this.#box.matches(':popover-open')) this.#box.showPopover();
  }

  #place({ x, y }) {
    const { offsetWidth, offsetHeight, style } = this.#box;
    const within = (wanted, size, room) => Math.max(MARGIN_PX, Math.min(wanted, room - size - MARGIN_PX));
    style.left = `${within(x, offsetWidth, document.documentElement.clientWidth)}px`;
    style.top = `${within(y, offsetHeight, window.innerHeight)}px`;
  }

  get #entries() {
    return [...this.#menu.querySelectorAll('button:not([hidden])')];
  }

  #press(button) {
    const item = this.#item;
    if (!button || !item) return;
    const { act, answer } = button.dataset;
    if (act === 'delete') {
      this.ask(item);
    } else if (act === 'seen') {
      this.#show(this.#seen);
      this.#place(beside(item));
      this.#seen.focus({ preventScroll: true });
    } else if (act || answer) {
      this.close(act !== 'edit' && act !== 'reply');
      if (answer !== 'no') this.#act(item, act ?? 'delete');
    }
  }

  #act(item, action) {
    this.dispatchEvent(new CustomEvent('act', { detail: { item, action } }));
  }

  #key(event) {
    if (event.key === 'Escape' || (event.key === 'Tab' && this.#question.hidden)) {
      this.close();
    } else if (!this.#seen.hidden) {
      return; // it scrolls
    } else {
      const next = this.#question.hidden ? this.#next(event) : this.#otherAnswer(event);
      if (!next) return;
      next.focus({ preventScroll: true });
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #otherAnswer({ key }) {
    return key === 'Tab' ? this.#question.querySelector('button:not(:focus)') : null;
  }

  /** Returns the item to which a key moves in the menu. */
  #next(event) {
    const entries = this.#entries;
    const place = entries.indexOf(document.activeElement);
    const to = (step) => entries[(place + step + entries.length) % entries.length];
    const isRight = getComputedStyle(this.#box).direction === 'ltr' ? 1 : -1;
    if (event.key === 'ArrowDown') return to(1);
    if (event.key === 'ArrowUp') return to(-1);
    if (event.key === 'ArrowRight') return to(isRight);
    if (event.key === 'ArrowLeft') return to(-isRight);
    if (event.key === 'Home') return entries[0];
    if (event.key === 'End') return entries.at(-1);
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return null;
    const begins = (entry) => entry.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
    return [...entries.slice(place + 1), ...entries.slice(0, place + 1)].find(begins);
  }
}

function beside(item) {
  const { left, right, bottom, top } = item.querySelector('.bubble').getBoundingClientRect();
  const isOwn = item.matches('.own');
  return { x: isOwn ? right : left, y: Math.min(bottom, Math.max(top, 0) + window.innerHeight / 2) };
}
