/** The other people of a chat: their names, how far each has read, and when each was online. */
export class People {
  #myId;
  #people = new Map(); // id → {name, read, online, at}

  /** @param {number} myId */
  constructor(myId) {
    this.#myId = myId;
  }

  /** @param {{id: number, name: string, read: number}[]} people who take part now, oneself among them */
  update(people) {
    for (const { id, name, read } of people) {
      if (id !== this.#myId) this.#people.set(id, { ...this.#people.get(id), name, read });
    }
  }

  setRead(id, seq) {
    const person = this.#people.get(id);
    if (person) person.read = Math.max(person.read, seq);
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

  get all() {
    return [...this.#people.values()];
  }

  /** The number up to which everybody has read. */
  get readByAll() {
    return this.#people.size ? Math.min(...this.all.map(({ read }) => read)) : 0;
  }
}
