/**
 * Renders the state of a message: its text or tombstone, "edited", its quote and its reactions. Nothing else writes
 * these parts, wherever the state comes from: the page, a frame, the history, or a pending change.
 */

import { summary } from '../lib/file_words.js';
import { plain } from '../lib/format.js';
import { showFormatted } from '../lib/formatted.js';
import { text as fillIn } from '../lib/sentences.js';
import { shownName } from '../lib/shown.js';
import { firstChars, isLonger } from '../lib/texts.js';
import { showTime } from '../lib/time.js';
import { addCopyButtons } from './copy_code.js';
import { drawFiles, readFiles } from './files.js';
import { drawReactions, readReactions } from './reactions.js';
import { withPending } from './states.js';

const QUOTED_CHARS = 120; // code points of a quote
const LOOKED_AT = 300; // of the original, including formatting marks

/**
 * The context of a rendering, apart from the state.
 * @typedef {object} Scene
 * @property {number} me
 * @property {number} thread
 * @property {import('./people.js').People} people
 * @property {{characters: number, lines: number}} fold texts beyond either limit are folded
 * @property {any} texts
 * @property {boolean} [canReact]
 */

/**
 * @param {any} item the element of a message
 * @param {import('./states.js').State} state
 * @param {Scene} scene
 * @param {import('./states.js').PendingChange[]} [waiting] the user's own changes of it, not yet stored, in order
 * @param {boolean} [offline]
 */
export function drawState(item, state, scene, waiting = [], offline = false) {
  const shown = waiting.reduce((each, pending) => withPending(each, pending, scene.me), state);
  if (state.change) item.dataset.change = String(state.change);
  drawText(item, shown, scene);
  drawFiles(item, shown.files);
  drawEdited(item, shown.edited, scene.texts);
  drawReply(item, shown, scene);
  drawReactions(item, shown, scene);
  drawWaiting(item, waiting, offline, scene.texts);
}

/**
 * @param {any} item
 * @param {{text: string, deleted?: string|null, by?: {name: string, full_name?: string}|null}} state
 * @param {Scene} scene
 */
export function drawText(item, { text, deleted, by }, { texts, fold }) {
  const element = item.querySelector('.message-text');
  if (!deleted && typedText(item) === text) return; // keeps a selection in it
  item.classList.toggle('deleted', Boolean(deleted));
  item.classList.toggle('long', isLonger(text, fold.characters) || text.split('\n').length - 1 > fold.lines);
  if (deleted) {
    element.textContent = by ? fillIn(texts.deletedBy, { name: shownName(by) }) : texts.deleted;
    if (by) item.dataset.by = by.full_name || by.name;
  } else {
    showFormatted(element, text);
    addCopyButtons(element, texts);
  }
  // Kept beside a text that is rendered without formatting marks.
  if (deleted || element.textContent === text) delete item.dataset.text;
  else item.dataset.text = text;
}

function drawEdited(item, edited, texts) {
  const shown = item.querySelector('.message-edited');
  if (!edited) {
    shown?.remove();
    return;
  }
  const element = shown ?? document.createElement('time');
  element.className = 'message-edited';
  element.textContent = texts.edited;
  showTime(element, edited, 'title');
  if (!shown) item.querySelector('.message-foot').prepend(element);
}

/** Adds the place for the quote, which `drawQuote` fills. */
function drawReply(item, { reply, deleted }, { thread }) {
  const shown = item.querySelector('.message-quote');
  if (!reply || deleted) {
    shown?.remove();
    return;
  }
  item.dataset.reply = String(reply);
  if (shown) return;
  const quote = document.createElement('a');
  quote.className = 'message-quote';
  quote.href = `/messages/chat/${thread}/?at=${reply}`;
  quote.textContent = '…';
  item.querySelector('.message-text').before(quote);
}

/**
 * @param {any} item a message that is a reply
 * @param {import('./states.js').State|null} original null for one that this person may not see
 * @param {any} texts
 */
export function drawQuote(item, original, texts) {
  const quote = item.querySelector('.message-quote');
  if (!quote) return;
  const sender = document.createElement('bdi');
  sender.className = 'quote-sender';
  const words = document.createElement('span');
  words.className = 'quote-text';
  if (original) {
    sender.textContent = shownName(original.sender);
    words.textContent = original.deleted ? texts.deleted : quoteOf(original);
    words.dir = 'auto';
  } else {
    words.textContent = texts.earlier;
    quote.removeAttribute('href');
  }
  quote.replaceChildren(...(original ? [sender, words] : [words]));
}

function quoteOf({ text, files }) {
  return firstChars(plain(firstChars(text, LOOKED_AT)) || summary(files), QUOTED_CHARS);
}

function drawWaiting(item, waiting, offline, { offline: waits, saving, deleting }) {
  item.classList.toggle('changing', waiting.length > 0);
  const shown = item.querySelector('.message-state');
  if (!waiting.length) {
    if (item.dataset.seq) shown?.remove();
    return;
  }
  const line = shown ?? document.createElement('p');
  line.className = 'message-state';
  line.hidden = false;
  const isDeletion = waiting.some(({ kind }) => kind === 'delete');
  line.textContent = offline ? waits : isDeletion ? deleting : saving;
  if (!shown) item.querySelector('.bubble').append(line);
}

/** Returns the text of a rendered message as it was typed. @param {any} item */
export function typedText(item) {
  if (item.matches('.deleted')) return '';
  return item.dataset.text ?? item.querySelector('.message-text').textContent;
}

/** Reads a message that the server rendered, as an entry of the history. @param {any} item */
export function readMessage(item) {
  const { seq, id, sender, change = 0, reply, by } = item.dataset;
  const at = item.querySelector('.message-time').dateTime;
  return {
    seq: Number(seq),
    id,
    sender: { id: Number(sender), name: item.querySelector('.message-sender').textContent },
    at,
    text: typedText(item),
    change: Number(change),
    edited: item.querySelector('.message-edited')?.dateTime ?? null,
    deleted: item.matches('.deleted') ? at : null,
    by: by === undefined ? null : { name: by },
    reply: reply ? Number(reply) : null,
    files: readFiles(item),
    ...readReactions(item),
  };
}
