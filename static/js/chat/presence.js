import { plural, text } from '../lib/sentences.js';
import { clock, daysAgo, full, shortDate } from '../lib/time.js';

/** The line under a chat's title: who is online, or when the other one last was. */
export class PresenceLine {
  #line;
  #people;
  #texts;

  /** @param {HTMLElement} line @param {import('./people.js').People} people @param {any} texts */
  constructor(line, people, texts) {
    this.#line = line;
    this.#people = people;
    this.#texts = texts;
  }

  /** Without a connection presence is unknown. */
  showUnknown(isUnknown) {
    this.#line.classList.toggle('unknown', isUnknown);
  }

  show() {
    const people = this.#people.all;
    const [{ online, at } = {}] = people;
    const there = people.filter((each) => each.online).length;
    const line = this.#line;
    line.classList.toggle('online', there > 0);
    line.title = '';
    if (people.length > 1) line.textContent = there ? plural(this.#texts.manyOnline, there) : '';
    else if (online) line.textContent = this.#texts.online;
    else if (at) this.#showLastOnline(at);
    else line.textContent = '';
  }

  #showLastOnline(at) {
    const { wasOnlineToday, wasOnlineYesterday, wasOnlineOn } = this.#texts;
    const moment = new Date(at);
    const sentence = [wasOnlineToday, wasOnlineYesterday][daysAgo(moment)] ?? wasOnlineOn;
    this.#line.textContent = text(sentence, { time: clock(moment), date: shortDate(moment) });
    this.#line.title = full(moment);
  }
}
