/**
 * The list of conversations, kept as the server would render it: events move a row, and what they do not hold
 * (an unknown thread, what happened while there was no connection) is read from the page itself.
 */

import { Timeline } from '../chat/timeline.js';
import { page } from '../lib/page_data.js';
import { cleanText, firstChars } from '../lib/texts.js';
import { within } from '../net/patience.js';
import { Refresher } from './refresher.js';
import { PREVIEW_LENGTH, select, showDraft, showLast, showPreview, showUnread } from './rows.js';

const PATIENCE_MS = 15_000;
const OVERTAKEN_MS = 1_000; // by then the message that a change overtook has come

export class Conversations {
  #section;
  #drafts;
  #changed;
  #isWhole = location.search === '?list=all';
  #selected = 0;
  #timelines = new Map(); // thread → Timeline
  #refresher = new Refresher(
    () => this.#load(),
    () => this.#receiveMissed(),
  );
  #missedChanges = [];
  #early = new Map(); // thread → a change of a message that has not come yet
  #missed = []; // messages that came during a refresh: the page may be older than they are

  /**
   * @param {HTMLElement} section holds the list, or says that there is none
   * @param {import('../net/drafts.js').Drafts} drafts shown in place of the last message, unless the thread is open
   * @param {(unread: number) => void} changed receives the number of unread messages in all
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
    if (this.#refresher.isRunning) this.#missed.push(message);
    const row = this.#row(message.thread);
    if (!row) {
      this.refresh();
      return;
    }
    if (!this.#timeline(row).add(message.seq)) return;
    const own = message.sender.id === page.me.id;
    const isCounted = message.seq <= Number(row.dataset.counted ?? 0);
    if (!own && !seen && !isCounted) this.#showUnread(row, Number(row.dataset.unread) + 1);
    if (message.seq <= Number(row.dataset.total)) return;
    showLast(row, message, own);
    row.dataset.previewChange = message.change ?? 0;
    const early = this.#early.get(message.thread);
    if (early) this.#showChange(row, early);
    if (row.previousElementSibling) this.#keepingFocus(() => row.parentElement.prepend(row));
  }

  /** One's own mark moved, here or on another device. */
  read({ thread, seq, unread, last, change }) {
    const row = this.#row(thread);
    if (!row) {
      this.refresh();
      return;
    }
    if (unread !== undefined) this.#count(row, { unread, last, read: seq, change });
    else if (seq >= Number(row.dataset.total)) this.#showUnread(row, 0);
    else this.refresh();
  }

  /** A message was edited or deleted, or somebody reacted to it. @param {any} frame `changed` */
  change(frame) {
    if (this.#refresher.isRunning) this.#missedChanges.push(frame);
    const row = this.#row(frame.thread);
    if (!row) return;
    if (frame.unread !== undefined) this.#count(row, frame);
    this.#showChange(row, frame);
  }

  /** The last message is shown as it is now; a change that overtakes its message waits for it. */
  #showChange(row, frame) {
    const { dataset } = row;
    const total = Number(dataset.total);
    if (frame.seq > total) {
      this.#early.set(frame.thread, frame);
      setTimeout(() => {
        if (this.#early.get(frame.thread) === frame) this.refresh();
      }, OVERTAKEN_MS);
      return;
    }
    if (this.#early.get(frame.thread) === frame) this.#early.delete(frame.thread);
    if (frame.seq !== total || frame.change < Number(dataset.previewChange ?? 0)) return;
    dataset.previewChange = String(frame.change);
    showPreview(row, frame);
  }

  /**
   * How many are unread as of `last`, `read` and `change`. All three only rise, and are read at one moment, so that the
   * higher sum is the newer count.
   */
  #count(row, { unread, last, read, change }) {
    const { dataset } = row;
    if (last === undefined) {
      this.#showUnread(row, unread);
      return;
    }
    const known = Number(dataset.total) + Number(dataset.read ?? 0) + Number(dataset.change ?? 0);
    if (Number(dataset.total) > last) this.refresh();
    else if (last + read + change >= known) {
      Object.assign(dataset, { counted: last, read, change });
      this.#showUnread(row, unread);
    }
  }

  refresh() {
    return this.#refresher.run();
  }

  async #load() {
    const response = await fetch(this.#address, { cache: 'no-store', signal: within(PATIENCE_MS) });
    if (!response.ok || response.redirected) throw new Error(`the list answered ${response.status}`);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    this.#replace(fresh.getElementById(this.#section.id));
  }

  #receiveMissed() {
    const missed = this.#missed;
    this.#missed = [];
    for (const message of missed) if (this.#row(message.thread)) this.receive(message);
    const changes = this.#missedChanges;
    this.#missedChanges = [];
    for (const frame of changes) this.change(frame);
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

  #showUnread(row, unread) {
    this.#section.dataset.unread = this.unread + unread - Number(row.dataset.unread);
    showUnread(row, unread);
    this.#changed(this.unread);
  }

  /** A row that moves loses the focus, and so does one that is replaced by its fresh copy. */
  #keepingFocus(change) {
    const focused = document.activeElement?.closest('[data-thread]')?.getAttribute('data-thread');
    change();
    if (focused) this.#row(focused)?.querySelector('a').focus({ preventScroll: true });
  }
}
