/**
 * The people of a chat: the others' names, how far each has read, when each was online, and whether the user owns it.
 * Event: `read`, when somebody has read further.
 */
export class People extends EventTarget {
  #myId;
  #people = new Map(); // id → {name, read, online, at}
  #owns = false;

  /** @param {number} myId */
  constructor(myId) {
    super();
    this.#myId = myId;
  }

  /** @param {{id: number, name: string, full_name?: string, read: number, owner?: boolean}[]} people with the user */
  update(people) {
    const known = this.#people;
    const others = people.filter(({ id }) => id !== this.#myId);
    this.#people = new Map(
      others.map(({ id, read, ...person }) => [id, { ...known.get(id), name: person.full_name || person.name, read }]),
    );
    this.#owns = people.some(({ id, owner }) => id === this.#myId && owner);
  }

  /** Whether one is an owner of the group. */
  get owns() {
    return this.#owns;
  }

  /** @param {{id: number, name: string, full_name: string|null}} user who has a new name */
  rename({ id, name, full_name: fullName }) {
    const person = this.#people.get(id);
    if (person) person.name = fullName || name;
  }

  setRead(id, seq) {
    const person = this.#people.get(id);
    if (!person) return;
    person.read = Math.max(person.read, seq);
    this.dispatchEvent(new Event('read'));
  }

  setPresence({ user, online, at }) {
    const person = this.#people.get(user);
    if (person) Object.assign(person, { online, at });
  }

  has(id) {
    return this.#people.has(id);
  }

  nameOf(id) {
    return this.#people.get(id)?.name;
  }

  /** The ids of those who are online. */
  get online() {
    return [...this.#people].filter(([, { online }]) => online).map(([id]) => id);
  }

  get all() {
    return [...this.#people.values()];
  }

  /** The names of those who have read a message, and of those who have not. @param {number} seq */
  seen(seq) {
    const names = (people) => people.map(({ name }) => name);
    const isSeen = ({ read }) => read >= seq;
    return { seen: names(this.all.filter(isSeen)), unseen: names(this.all.filter((each) => !isSeen(each))) };
  }

  /** The number up to which everybody has read. */
  get readByAll() {
    return this.#people.size ? Math.min(...this.all.map(({ read }) => read)) : 0;
  }
}
