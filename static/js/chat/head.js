/** What stands under a chat's title: who types, who is online, and the numbers. */
import { fill, page, plural, text } from '../lib/texts.js';
import { clock, daysAgo, full, shortDate } from '../lib/time.js';

const TELL_EVERY_MS = 3_000;
const SHOW_MS = 5_000;

/** The people of a chat: who is typing, who is online, how far they have read; and telling that one types oneself. */
export class People {
  #socket;
  #thread;
  #typingLine;
  #presenceLine;
  #me;
  #texts;
  #people = new Map(); // id → {name, read, online, at}, without oneself
  #typing = new Map(); // id → timer that ends it
  #toldAt = -Infinity;

  /**
   * @param {HTMLElement} typingLine where it is shown who types
   * @param {HTMLElement} presenceLine where it is shown who is online
   */
  constructor(socket, thread, typingLine, presenceLine, { me, texts }) {
    this.#socket = socket;
    this.#thread = thread;
    this.#typingLine = typingLine;
    this.#presenceLine = presenceLine;
    this.#me = me;
    this.#texts = texts;
  }

  know(people) {
    for (const { id, name, read } of people) {
      if (id !== this.#me.id) this.#people.set(id, { ...this.#people.get(id), name, read });
    }
  }

  /** The number up to which everybody has read. */
  get seen() {
    return this.#people.size ? Math.min(...Array.from(this.#people.values(), ({ read }) => read)) : 0;
  }

  /** Somebody's mark moved. @returns {number} up to where everybody has read now */
  read(id, seq) {
    const person = this.#people.get(id);
    if (person) person.read = Math.max(person.read, seq);
    return this.seen;
  }

  presence({ user, online, at }) {
    const person = this.#people.get(user);
    if (!person) return;
    Object.assign(person, { online, at });
    this.showPresence();
  }

  showPresence() {
    const people = [...this.#people.values()];
    const [{ online, at } = {}] = people;
    const line = this.#presenceLine;
    const there = people.filter((each) => each.online).length;
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
    this.#presenceLine.textContent = text(sentence, { time: clock(moment), date: shortDate(moment) });
    this.#presenceLine.title = full(moment);
  }

  tell() {
    const now = performance.now();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    if (this.#socket.send({ type: 'typing', thread: this.#thread })) this.#toldAt = now;
  }

  /** After a message was sent, the next key tells anew. */
  sent() {
    this.#toldAt = -Infinity;
  }

  started(id) {
    if (!this.#people.has(id)) return;
    clearTimeout(this.#typing.get(id));
    this.#typing.set(
      id,
      setTimeout(() => this.stopped(id), SHOW_MS),
    );
    this.#showTyping();
  }

  stopped(id) {
    clearTimeout(this.#typing.get(id));
    if (this.#typing.delete(id)) this.#showTyping();
  }

  #showTyping() {
    const names = Array.from(this.#typing.keys(), (id) => this.#people.get(id).name);
    if (names.length > 1) fill(this.#typingLine, this.#texts.typingMany, { names: names.join(', ') });
    else if (names.length === 1) fill(this.#typingLine, this.#texts.typingOne, { name: names[0] });
    else this.#typingLine.replaceChildren();
  }
}

/** The line "7 messages (4 received, 3 sent)". */
export class Counts {
  #element;
  #received;
  #sent;

  constructor(element, { received, sent }) {
    this.#element = element;
    this.#received = received;
    this.#sent = sent;
  }

  add(own) {
    if (own) this.#sent += 1;
    else this.#received += 1;
    const total = this.#received + this.#sent;
    const values = { messages: plural(page.texts.messages, total), received: this.#received, sent: this.#sent };
    this.#element.textContent = text(page.texts.counts, values);
  }
}
