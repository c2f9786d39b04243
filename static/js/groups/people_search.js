/** Finds people of a group by their names; more of them are read from the server's pages as they are needed. */

export class PeopleSearch {
  #root;
  #load;

  /**
   * @param {any} root
   * @param {(address: string) => Promise<any>} load reads a page of the group: its main part, null if away
   */
  constructor(root, load) {
    this.#root = root;
    this.#load = load;
    this.#more?.addEventListener('click', (event) => {
      event.preventDefault();
      this.#loadNext();
    });
    this.#field?.addEventListener('input', () => this.search());
  }

  get #field() {
    return this.#root.querySelector('#group-search');
  }

  get #more() {
    return this.#root.querySelector('#more-people');
  }

  get #rows() {
    return this.#root.querySelector('#group-people');
  }

  /** Shows those whose names hold what is typed. */
  async search() {
    this.#filter();
    while (this.#wanted && this.#more && (await this.#loadNext()));
  }

  get #wanted() {
    return this.#field?.value.trim().toLowerCase() ?? '';
  }

  #filter() {
    let found = 0;
    for (const row of this.#rows.children) {
      row.hidden = !row.querySelector('bdi').textContent.toLowerCase().includes(this.#wanted);
      if (!row.hidden) found += 1;
    }
    const nobody = this.#root.querySelector('#nobody-found');
    if (nobody) nobody.hidden = found > 0 || Boolean(this.#more);
  }

  /** @returns {Promise<boolean>} whether more have come */
  async #loadNext() {
    const link = this.#more;
    const page = await this.#load(link.href);
    if (!page || link !== this.#more) return false;
    this.#rows.append(...page.querySelector('#group-people').children);
    const next = page.querySelector('#more-people');
    if (next) link.href = next.href;
    else link.remove();
    this.#filter();
    return true;
  }
}
