/** The rows of the list, each a conversation: its last message, what is unread, and the draft. */

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
  row.querySelector('.conversation-total').textContent = plural(messages, seq);
  const named = name === row.dataset.title ? '' : `${name}:`;
  row.querySelector('.preview-sender').textContent = own ? you : named;
  showPreview(row, message);
  showTime(row.querySelector('time'), at, 'list');
}

/** @param {{text: string, deleted?: string}} message */
export function showPreview(row, message) {
  row.querySelector('.preview-text').textContent = plain(firstChars(shownText(message), PREVIEW_LENGTH));
}

export function showUnread(row, unread) {
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
