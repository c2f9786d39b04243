import { showAvatar } from '../lib/avatars.js';
import { plural, text } from '../lib/sentences.js';
import { titleOf } from '../lib/titles.js';
import { rename } from '../list/unread_badge.js';

/**
 * What an open chat shows of its thread: the title, who takes part, and that one does no more. Of two frames, the
 * higher number holds. Events: `change` of title, people or roles, and `leave`.
 */
export class Group extends EventTarget {
  #pane;
  #people;
  #texts;
  #me;
  #from;
  #asOf = 0;
  #isOut = false;

  /**
   * @param {HTMLElement} pane
   * @param {{people: any[], from?: number, asOf?: number}} chat
   * @param {import('./people.js').People} people
   * @param {{me: {id: number}, texts: any}} app
   */
  constructor(pane, { people: present, from = 1, asOf = 0 }, people, { me, texts }) {
    super();
    this.#pane = pane;
    this.#people = people;
    this.#texts = texts;
    this.#me = me.id;
    this.#from = from;
    this.#asOf = asOf;
    people.update(present);
  }

  /** Whether one takes part no more. */
  get isOut() {
    return this.#isOut;
  }

  /** Whether the page was drawn for an earlier stay of the person, who may see other messages now. */
  isOfAnotherStay({ from = this.#from }) {
    return this.#isOut || from !== this.#from;
  }

  /** @param {any} frame `thread`, or `opened` @param {number} asOf the number of the change that it contains */
  update(frame, asOf = 0) {
    if (asOf < this.#asOf) return;
    this.#asOf = asOf;
    this.#people.update(frame.people);
    if (frame.people_count === undefined) return; // of a server before groups had titles
    const count = this.#find('#people-count');
    if (count) count.textContent = plural(this.#texts.people, frame.people_count);
    this.#showTitle(titleOf(frame, this.#me));
    this.dispatchEvent(new Event('change'));
  }

  #showTitle(title) {
    const heading = this.#find('#chat-title bdi');
    const before = heading.textContent;
    if (!title || title === before) return;
    heading.textContent = title;
    showAvatar(this.#find('.chat-head .avatar'), title);
    const label = this.#find('label[for="message"]');
    if (label) label.textContent = text(this.#texts.messageTo, { name: title });
    rename(before, title);
  }

  /** One was taken out, or has left on another screen. */
  leave() {
    if (this.#isOut) return;
    this.#isOut = true;
    this.dispatchEvent(new Event('leave'));
  }

  #find(selector) {
    return /** @type {any} */ (this.#pane.querySelector(selector));
  }
}
