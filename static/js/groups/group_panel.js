import { GroupPage } from './group_page.js';

/** The page of a group beside its chat, on a wide screen. */
export class GroupPanel {
  #view;
  #app;
  /** @type {{box: HTMLElement, end: AbortController}|null} while it is open */
  #open = null;

  /**
   * @param {import('../chat/view.js').ChatView} view
   * @param {import('../app.js').App} app
   * @param {AbortSignal} signal when the chat is left
   */
  constructor(view, app, signal) {
    this.#view = view;
    this.#app = app;
    signal.addEventListener('abort', () => this.#open?.end.abort());
    view.group.addEventListener('leave', () => this.close());
  }

  /** Opens it, or closes it. */
  toggle() {
    if (this.#open) this.close();
    else this.#show();
  }

  async #show() {
    const box = document.createElement('aside');
    const end = new AbortController();
    this.#open = { box, end };
    box.className = 'group-panel group-pane';
    box.tabIndex = -1;
    box.setAttribute('aria-labelledby', 'group-title');
    const { people, thread, pane } = this.#view;
    const page = new GroupPage(box, thread, this.#app, end.signal, people.online);
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.close();
    });
    page.addEventListener('drawn', () => this.#showCloseButton());
    await page.refresh();
    if (this.#open?.box !== box) return;
    if (!box.childElementCount) {
      this.#open = null;
      end.abort();
      this.#app.status.say(this.#app.texts.cannotOpen);
      return;
    }
    pane.append(box);
    this.#showState();
    box.focus({ preventScroll: true });
  }

  close() {
    if (!this.#open) return;
    const { box, end } = this.#open;
    const hadFocus = box.contains(document.activeElement);
    this.#open = null;
    end.abort();
    box.remove();
    this.#showState();
    if (hadFocus) this.#view.find('group-link').focus({ preventScroll: true });
  }

  #showState() {
    this.#view.pane.classList.toggle('with-panel', Boolean(this.#open));
    this.#view.find('group-link').setAttribute('aria-expanded', String(Boolean(this.#open)));
  }

  /** In place of the way back. */
  #showCloseButton() {
    const box = this.#open?.box;
    box?.querySelector('.back')?.remove();
    /** @type {any} */
    const button = box?.querySelector('#close-panel');
    if (!button) return;
    button.hidden = false;
    button.addEventListener('click', () => this.close());
  }
}
