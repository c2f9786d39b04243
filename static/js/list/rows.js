/** The rows of the list, one for each conversation: its last message, its unread count and its draft. */

import { showAvatar } from '../lib/avatars.js';
import { summary } from '../lib/file_words.js';
import { plain } from '../lib/format.js';
import { page } from '../lib/page_data.js';
import { fill, plural } from '../lib/sentences.js';
import { shownName, shownText } from '../lib/shown.js';
import { firstChars } from '../lib/texts.js';
import { showTime } from '../lib/time.js';

export const PREVIEW_LENGTH = 200; // code points

export function showLast(row, message, own) {
  const { seq, at } = message;
  const name = shownName(message.sender);
  const { you, messages } = page.texts;
  row.dataset.total = seq;
  const files = summary(message.files);
  if (files) row.dataset.files = files;
  else delete row.dataset.files;
  row.querySelector('.conversation-total').textContent = plural(messages, seq);
  const named = name === row.dataset.title ? '' : `${name}:`;
  row.querySelector('.preview-sender').textContent = own ? you : named;
  showPreview(row, message);
  showTime(row.querySelector('time'), at, 'list');
}

/** @param {string} title */
export function showTitle(row, title) {
  row.dataset.title = title;
  row.querySelector('.conversation-title').textContent = title;
  showAvatar(row.querySelector('.avatar'), title);
}

/**
 * A message that has changed is told without its files, which stay.
 * @param {{text: string, deleted?: string}} message
 */
export function showPreview(row, message) {
  const words = plain(firstChars(shownText(message), PREVIEW_LENGTH));
  row.querySelector('.preview-text').textContent = words || (row.dataset.files ?? '');
}

/** Also counts what is unread in all conversations of the section but muted ones, and in how many. */
export function showUnread({ dataset }, row, unread) {
  const before = Number(row.dataset.unread);
  if (!row.classList.contains('muted')) {
    dataset.unread = Number(dataset.unread) + unread - before;
    dataset.unreadThreads = Number(dataset.unreadThreads) + Number(unread > 0) - Number(before > 0);
  }
  row.dataset.unread = unread;
  row.classList.toggle('unread', unread > 0);
  const badge = row.querySelector('.badge');
  badge.textContent = unread;
  badge.hidden = unread === 0;
  row.querySelector('.unread-words').textContent = unread ? plural(page.texts.unread, unread) : '';
}

/** @param {string} text '' for none */
export function showDraft(row, text) {
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

/** Marks the conversation that is open. */
export function select(section, thread) {
  for (const link of section.querySelectorAll('.conversation-link')) {
    if (Number(link.parentElement.dataset.thread) === thread) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

/** Brings a row into view; scrolls only the list: `scrollIntoView` could move the page. */
export function reveal(section, row) {
  const list = section.getBoundingClientRect();
  if (!row || !list.height) return;
  const { top, bottom } = row.getBoundingClientRect();
  if (top < list.top) section.scrollTop += top - list.top;
  else if (bottom > list.bottom) section.scrollTop += bottom - list.bottom;
}
