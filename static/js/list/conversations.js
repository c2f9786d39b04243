/**
 * The list of conversations, kept as the server would draw it: news move a row, and what a row cannot tell
 * (an unknown thread, what happened while the connection was away) is read from the page itself.
 */

import { Timeline } from '../chat/timeline.js';
import { cleanText, fill, firstChars, page, plural, shownName, shownText } from '../lib/texts.js';
import { showTime } from '../lib/time.js';
import { within } from '../net/patience.js';

const PREVIEW_LENGTH = 200;
const RETRY_MS = 5_000;
const PATIENCE_MS = 15_000;

export class Conversations {
  #section;
  #drafts;
  #changed;
  #isWhole = location.search === '?list=all';
  #selected = 0;
  #timelines = new Map(); // thread → Timeline
  #refreshing = false;
  #missed = []; // messages that came during a refresh: the page may be older than they are
  #again = false;
  #retry = 0;

  /**
   * @param {HTMLElement} section holds the list, or says that there is none
   * @param {import('../net/storage.js').Drafts} drafts shown in place of the last message, unless the thread is open
   * @param {(unread: number) => void} changed told how many messages are unread in all
   */
  constructor(section, drafts, changed) {
    this.#section = section;
    this.#drafts = drafts;
    this.#changed = changed;
    drafts.watchAll(() => this.#showDrafts(section));
  }

  /** How many messages are unread, in all conversations. */
  get unread() {
    return Number(this.#section.dataset.unread);
  }

  /** Marks the conversation that is open and brings it into view; 0 for none. */
  select(thread) {
    this.#selected = thread;
    select(this.#section, thread);
    this.#showDrafts(this.#section);
    if (thread && !this.#row(thread)) this.refresh(); // older than the list goes
    this.#reveal();
  }

  #showDrafts(section) {
    for (const row of section.querySelectorAll('[data-thread]')) {
      const thread = Number(row.dataset.thread);
      showDraft(row, thread === this.#selected ? '' : firstChars(cleanText(this.#drafts.get(thread)), PREVIEW_LENGTH));
    }
  }

  /** Within the list alone: `scrollIntoView` could move the page. */
  #reveal() {
    const row = this.#row(this.#selected);
    const list = this.#section.getBoundingClientRect();
    if (!row || !list.height) return;
    const { top, bottom } = row.getBoundingClientRect();
    if (top < list.top) this.#section.scrollTop += top - list.top;
    else if (bottom > list.bottom) this.#section.scrollTop += bottom - list.bottom;
  }

  get #address() {
    const query = new URLSearchParams();
    if (this.#isWhole) query.set('list', 'all');
    else if (this.#selected) query.set('open', String(this.#selected));
    return `/messages/?${query}`;
  }

  /** The address of the conversation so many rows after the open one; the first or the last from outside. */
  address(step) {
    const links = [...this.#section.querySelectorAll('.conversation-link')];
    const place = links.findIndex((link) => link.hasAttribute('aria-current'));
    const link = place < 0 ? links.at(step < 0 ? -1 : 0) : links[place + step];
    return (link ?? links[place])?.href ?? location.href;
  }

  /** @param {boolean} seen whether somebody looks at it as it comes */
  receive(message, seen = false) {
    if (this.#refreshing) this.#missed.push(message);
    const row = this.#row(message.thread);
    if (!row) {
      this.refresh();
      return;
    }
    if (!this.#timeline(row).add(message.seq)) return;
    const own = message.sender.id === page.me.id;
    if (!own && !seen) this.#showUnread(row, Number(row.dataset.unread) + 1);
    if (message.seq > Number(row.dataset.total)) this.#showLast(row, message, own);
  }

  /** One's own mark moved, here or on another device. */
  read({ thread, seq, unread }) {
    const row = this.#row(thread);
    if (!row) {
      this.refresh();
      return;
    }
    if (unread !== undefined) this.#showUnread(row, unread);
    else if (seq >= Number(row.dataset.total)) this.#showUnread(row, 0);
    else this.refresh();
  }

  async refresh() {
    if (this.#refreshing) {
      this.#again = true;
      return;
    }
    this.#refreshing = true;
    this.#again = false;
    try {
      const response = await fetch(this.#address, { cache: 'no-store', signal: within(PATIENCE_MS) });
      if (!response.ok || response.redirected) throw new Error(`the list answered ${response.status}`);
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      this.#replace(fresh.getElementById(this.#section.id));
    } catch {
      // away: the browser has told
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.refresh(), RETRY_MS);
    } finally {
      this.#refreshing = false;
    }
    const missed = this.#missed;
    this.#missed = [];
    missed.forEach((message) => {
      if (this.#row(message.thread)) this.receive(message);
    });
    if (this.#again) this.refresh();
  }

  #replace(fresh) {
    select(fresh, this.#selected);
    this.#showDrafts(fresh);
    const wasListed = this.#row(this.#selected);
    if (fresh.isEqualNode(this.#section)) return;
    this.#timelines.clear();
    this.#section.dataset.unread = fresh.dataset.unread;
    this.#keepingFocus(() =>
      this.#section.replaceChildren(...Array.from(fresh.childNodes, (node) => document.importNode(node, true))),
    );
    if (!wasListed) this.#reveal();
    this.#changed(this.unread);
  }

  #row(thread) {
    return this.#section.querySelector(`[data-thread="${Number(thread)}"]`);
  }

  #timeline(row) {
    const { thread, total } = row.dataset;
    if (!this.#timelines.has(thread)) this.#timelines.set(thread, new Timeline(Number(total)));
    return this.#timelines.get(thread);
  }

  #showLast(row, message, own) {
    const { seq, at } = message;
    const name = shownName(message.sender);
    const { you, messages } = page.texts;
    row.dataset.total = seq;
    row.querySelector('.conversation-total').textContent = plural(messages, seq);
    row.querySelector('.preview-sender').textContent = own ? you : name === row.dataset.title ? '' : `${name}:`;
    row.querySelector('.preview-text').textContent = firstChars(shownText(message), PREVIEW_LENGTH);
    showTime(row.querySelector('time'), at, 'list');
    if (row.previousElementSibling) this.#keepingFocus(() => row.parentElement.prepend(row));
  }

  #showUnread(row, unread) {
    this.#section.dataset.unread = this.unread + unread - Number(row.dataset.unread);
    row.dataset.unread = unread;
    row.classList.toggle('unread', unread > 0);
    const badge = row.querySelector('.badge');
    badge.textContent = unread;
    badge.hidden = unread === 0;
    row.querySelector('.unread-words').textContent = unread ? plural(page.texts.unread, unread) : '';
    this.#changed(this.unread);
  }

  /** A row that moves loses the focus, and so does one that is replaced by its fresh copy. */
  #keepingFocus(change) {
    const focused = document.activeElement?.closest('[data-thread]')?.getAttribute('data-thread');
    change();
    if (focused) this.#row(focused)?.querySelector('a').focus({ preventScroll: true });
  }
}

function showDraft(row, text) {
  row.classList.toggle('drafted', Boolean(text));
  let line = row.querySelector('.preview-draft');
  if (!text) {
    line?.remove();
    return;
  }
  if (!line) {
    line = document.createElement('span');
    line.className = 'preview-draft';
    row.querySelector('.conversation-preview').prepend(line);
  }
  fill(line, page.texts.draft, { text });
}

function select(section, thread) {
  for (const link of section.querySelectorAll('.conversation-link')) {
    if (Number(link.parentElement.dataset.thread) === thread) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}
