import { clock, shortDate } from '../lib/time.js';

/**
 * Several messages are copied as text with sender and time, "[11/23/2026, 6:04 PM] Ana: Hello" each,
 * whatever of it is hidden on the page. One message, or a part of it, is left to the browser.
 * @param {HTMLElement} list
 * @param {AbortSignal} [signal]
 */
export function copyReadably(list, signal) {
  /** @param {any} event */
  const copy = (event) => {
    const selection = getSelection();
    if (event.target.closest?.('input, textarea') || selection?.rangeCount !== 1) return;
    const range = selection.getRangeAt(0);
    const parts = Array.from(list.querySelectorAll('.message'), (message) => [
      message,
      selectedText(message, range),
    ]).filter(([, text]) => text);
    if (parts.length < 2) return;
    event.clipboardData.setData('text/plain', parts.map(([message, text]) => head(message) + text).join('\n'));
    event.preventDefault();
  };
  document.addEventListener('copy', copy, { signal });
}

/** A selection that reaches a message without a letter of its text, as that of a triple click, has no part of it. */
function selectedText(message, range) {
  const text = message.querySelector('.message-text');
  if (!range.intersectsNode(text)) return '';
  const part = document.createRange();
  part.selectNodeContents(text);
  if (part.compareBoundaryPoints(Range.START_TO_START, range) < 0)
    part.setStart(range.startContainer, range.startOffset);
  if (part.compareBoundaryPoints(Range.END_TO_END, range) > 0) part.setEnd(range.endContainer, range.endOffset);
  return part.toString();
}

function head(message) {
  const sender = message.querySelector('.message-sender').textContent;
  const iso = message.querySelector('.message-time[datetime]')?.dateTime; // a message that is not sent yet has none
  const moment = new Date(iso);
  return iso ? `[${shortDate(moment)}, ${clock(moment)}] ${sender}: ` : `${sender}: `;
}
