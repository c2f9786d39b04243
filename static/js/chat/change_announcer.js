import { text as fillIn } from '../lib/sentences.js';
import { shownName } from '../lib/shown.js';

const GATHER_MS = 2_000; // at most one announcement in this time, the last one

/** Announces to screen readers how others change messages of the open chat, and what the user asks for. */
export class ChangeAnnouncer {
  #line;
  #people;
  #texts;
  #me;
  #waiting = '';
  #timer = 0;

  /**
   * @param {HTMLElement} line
   * @param {import('./people.js').People} people
   * @param {any} texts
   * @param {number} me
   */
  constructor(line, people, texts, me) {
    this.#line = line;
    this.#people = people;
    this.#texts = texts;
    this.#me = me;
  }

  /** @param {import('./states.js').State} before @param {import('./states.js').State} now */
  announce(before, now) {
    const sentence = this.#sentence(before, now);
    if (!sentence) return;
    this.#waiting = sentence;
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      this.#line.textContent = this.#waiting;
    }, GATHER_MS);
  }

  /** What one has asked for. @param {string} sentence */
  say(sentence) {
    this.#line.textContent = sentence;
  }

  #sentence(before, now) {
    const { reactedWith, editedMessage, deletedMessage } = this.#texts;
    if (now.deleted && !before.deleted) return this.#of(now.by ?? now.sender, deletedMessage);
    if (now.text !== before.text) return this.#of(now.sender, editedMessage);
    for (const [emoji, who] of Object.entries(now.reactions)) {
      const had = before.reactions[emoji] ?? [];
      const newcomer = Array.isArray(who) && Array.isArray(had) && who.find((id) => !had.includes(id));
      if (newcomer)
        return this.#of({ id: newcomer, name: this.#people.nameOf(newcomer) ?? '' }, reactedWith, { emoji });
    }
    return '';
  }

  #of(person, sentence, values = {}) {
    return person.id === this.#me ? '' : fillIn(sentence, { name: shownName(person), ...values });
  }
}
