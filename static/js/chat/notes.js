/** Notes: what happened in a group. Each stands behind the message `after`; several there in the order of `change`. */

import { fill } from '../lib/sentences.js';
import { shownName } from '../lib/shown.js';
import { showTime } from '../lib/time.js';
import { following } from './arrange.js';
import { foldAround } from './note_folding.js';
import { firstSeq, successorOfNote } from './order.js';

/**
 * @typedef {object} Note
 * @property {number} change
 * @property {number} after
 * @property {string} kind
 * @property {{id: number, name: string}|null} by
 * @property {{id: number, name: string}[]} people
 * @property {number} [count] of people, where only the first of them are named
 * @property {string} [value]
 * @property {string} at
 */
export class Notes {
  #list;
  #blank;
  #from;
  #texts;
  #sentences;
  #scroll;
  #arrange;

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} blank a blank that the server rendered
   * @param {number} from the first message that the person may see
   * @param {any} texts
   * @param {import('./scroll.js').EndScroll} scroll
   * @param {(item: any) => void} arrange called for a message whose predecessor has changed
   */
  constructor(list, blank, from, texts, scroll, arrange) {
    this.#list = list;
    this.#blank = blank;
    this.#from = from;
    this.#texts = texts;
    this.#sentences = JSON.parse(blank?.dataset.sentences ?? '{}');
    this.#scroll = scroll;
    this.#arrange = arrange;
    for (const note of list.querySelectorAll('.note')) foldAround(note, texts);
  }

  /** A note that has just come. @param {Note} note */
  add(note) {
    this.#scroll.keeping(() => this.put([note]));
  }

  /** @param {Note[]} notes those that are there already, or belong to another page, are left out */
  put(notes) {
    for (const note of notes) {
      if (this.#isThere(note) || !this.#belongsHere(note)) continue;
      const item = this.#draw(note);
      this.#list.insertBefore(item, successorOfNote(this.#list, note));
      const next = following(item);
      if (next) this.#arrange(next);
      foldAround(item, this.#texts);
    }
  }

  /** Removes those behind messages that were removed at the start. */
  trim() {
    for (let item = this.#list.firstElementChild; item && !item.matches('.message'); ) {
      const next = item.nextElementSibling;
      if (item.matches('.note, .note-fold')) item.remove();
      item = next;
    }
  }

  #isThere({ change }) {
    return Boolean(this.#list.querySelector(`.note[data-change="${change}"]`));
  }

  /** Those behind a message of an earlier page come with that page. */
  #belongsHere({ after }) {
    const first = firstSeq(this.#list);
    return after >= first || first <= this.#from;
  }

  #draw({ change, after, kind, value = '', by, people, count = people.length, at }) {
    const item = /** @type {any} */ (this.#blank.content.firstElementChild?.cloneNode(true));
    Object.assign(item.dataset, { change, after });
    const sentences = this.#sentences[kind === 'history' ? `history_${value}` : kind];
    const more = count > people.length ? ` +${count - people.length}` : '';
    const sentence = (by ? sentences.by : sentences.nobody).replace('%(people)s', `$&${more}`);
    fill(item.querySelector('.note-text'), sentence, { by: by && shownName(by), people: people.map(shownName), value });
    showTime(item.querySelector('.note-text'), at, 'title');
    return item;
  }
}
