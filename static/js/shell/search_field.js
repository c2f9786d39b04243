/**
 * The field above the conversations. The script that shows results beside it is loaded at its first use; until then,
 * and without scripts, the form leads to a page of its own.
 */
export class SearchField {
  #form;
  #router;
  #isLoaded = false;

  /** @param {any} form @param {import('./router.js').Router} router */
  constructor(form, router) {
    this.#form = form;
    this.#router = router;
    form.addEventListener('focusin', () => this.#load());
    document.addEventListener('click', (event) => this.#searchThread(event));
  }

  /** Goes to the field, on a phone through the list; `thread`: to search in that chat alone. */
  async focus(thread = '') {
    if (!this.#form.checkVisibility?.()) await this.#router.go('/messages/');
    const { q } = this.#form.elements;
    this.#form.elements.thread.value = thread;
    q.placeholder = thread ? q.dataset.inThread : q.dataset.everywhere;
    q.focus();
    q.select();
    q.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #searchThread(event) {
    const link = event.target.closest('a[data-search-thread]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest('[popover]')?.hidePopover?.();
    this.focus(link.dataset.searchThread);
  }

  #load() {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const script = document.createElement('script');
    script.type = 'module';
    script.src = this.#form.dataset.script;
    document.head.append(script);
  }
}
