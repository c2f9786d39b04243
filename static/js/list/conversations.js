/**
 * The list of conversations, kept as the server would render it: events move a row, and what they do not hold
 * (an unknown thread, what happened while there was no connection) is read from the page itself.
 */

import { Timeline } from '../chat/timeline.js';
import { page } from '../lib/page_data.js';
import { cleanText, firstChars } from '../lib/texts.js';
import { titleOf } from '../lib/titles.js';
import { within } from '../net/patience.js';
import { Refresher } from './refresher.js';
import { PREVIEW_LENGTH, reveal, select, showDraft, showLast, showPreview, showTitle, showUnread } from './rows.js';
import { Unmuting } from './unmuting.js';

const PATIENCE_MS = 15_000;
const OVERTAKEN_MS = 1_000; // by then a message that arrives after its change is here

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
  #unmuting = new Unmuting(() => this.refresh());
  #early = new Map(); // thread → a change of a message that has not arrived yet
  /** @type {(() => void)[]} what came during a refresh: the page may be older than it is */
  #missed = [];

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
    this.#unmuting.await(section);
  }

  /** How many messages are unread, in all conversations that are not muted. */
  get unread() {
    return Number(this.#section.dataset.unread);
  }

  /** Marks the conversation that is open and brings it into view; 0 for none. */
  select(thread) {
    this.#selected = thread;
    select(this.#section, thread);
    this.#showDrafts(this.#section);
    if (thread && !this.#row(thread)) this.refresh(); // it is not among the listed ones
    reveal(this.#section, this.#row(this.#selected));
  }

  #showDrafts(section) {
    for (const row of section.querySelectorAll('[data-thread]')) {
      const thread = Number(row.dataset.thread);
      showDraft(row, thread === this.#selected ? '' : firstChars(cleanText(this.#drafts.get(thread)), PREVIEW_LENGTH));
    }
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

  /** @param {boolean} seen whether the user sees it as it arrives */
  receive(message, seen = false) {
    this.#keep(() => this.#row(message.thread) && this.receive(message));
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

  /** Handles the user's own read marker, moved here or on another device. */
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
    this.#keep(() => this.change(frame));
    const row = this.#row(frame.thread);
    if (!row) return;
    if (frame.unread !== undefined) this.#count(row, frame);
    this.#showChange(row, frame);
  }

  /** A group's title or people changed, or one is new in it. @param {any} frame `thread` */
  rename(frame) {
    this.#keep(() => this.rename(frame));
    const row = this.#row(frame.thread);
    const title = titleOf(frame, page.me.id);
    if (!row || !title) {
      this.refresh();
    } else if (frame.change > Number(row.dataset.asOf ?? row.dataset.change)) {
      row.dataset.asOf = frame.change;
      showTitle(row, title);
    }
  }

  /** One takes no part in a thread any more. */
  drop(thread) {
    this.#keep(() => this.drop(thread));
    const row = this.#row(thread);
    if (!row) return;
    this.#showUnread(row, 0);
    this.#timelines.delete(row.dataset.thread);
    row.remove();
    this.refresh(); // where only some are listed, another one comes up; where none is left, it says so
  }

  /** Shows the last message as it is now; a change that arrives before its message waits for it. */
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
      dataset.asOf ??= dataset.change;
      Object.assign(dataset, { counted: last, read, change });
      this.#showUnread(row, unread);
    }
  }

  /** Reads the list again. */
  refresh() {
    return this.#refresher.run();
  }

  async #load() {
    const signal = within(PATIENCE_MS);
    const response = await fetch(this.#address, { headers: { 'Chat-Part': 'list' }, cache: 'no-store', signal });
    if (!response.ok || response.redirected) throw new Error(`the list answered ${response.status}`);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    this.#replace(fresh.getElementById(this.#section.id));
  }

  /** @param {() => void} again to be done once more over the page that is on its way */
  #keep(again) {
    if (this.#refresher.isRunning) this.#missed.push(again);
  }

  #receiveMissed() {
    const missed = this.#missed;
    this.#missed = [];
    for (const again of missed) again();
  }

  #replace(fresh) {
    select(fresh, this.#selected);
    this.#showDrafts(fresh);
    this.#unmuting.await(fresh);
    const wasListed = this.#row(this.#selected);
    if (fresh.isEqualNode(this.#section)) return;
    this.#timelines.clear();
    delete this.#section.dataset.unmutesAt;
    Object.assign(this.#section.dataset, fresh.dataset);
    this.#keepingFocus(() =>
      this.#section.replaceChildren(...Array.from(fresh.childNodes, (node) => document.importNode(node, true))),
    );
    if (!wasListed) reveal(this.#section, this.#row(this.#selected));
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
    showUnread(this.#section, row, unread);
    this.#changed(this.unread);
  }

  /** A row that moves loses the focus, and so does one that is replaced by its fresh copy. */
  #keepingFocus(change) {
    const focused = document.activeElement?.closest('[data-thread]')?.getAttribute('data-thread');
    change();
    if (focused) this.#row(focused)?.querySelector('a').focus({ preventScroll: true });
  }
}
