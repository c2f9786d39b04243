/** Many notes in a row are folded: the last of them stay, and a button shows the others. */

import { plural } from '../lib/sentences.js';

const SHOWN = 2; // of a row that is folded
const MOST = 4; // in a row that is not

/**
 * Folds the notes around one that has come.
 * @param {any} note
 * @param {{earlierNotes: Object<string, string>}} texts
 */
export function foldAround(note, texts) {
  const row = rowOf(note);
  if (row.some((each) => each.matches('.unfolded'))) {
    note.classList.add('unfolded');
    return;
  }
  const hidden = row.length > MOST ? row.length - SHOWN : 0;
  for (const [place, each] of row.entries()) each.hidden = place < hidden;
  if (hidden) drawButton(row, hidden, texts);
}

/** The notes that stand together, in order; the button among them is taken away. */
function rowOf(note) {
  let first = note;
  while (first.previousElementSibling?.matches('.note, .note-fold')) first = first.previousElementSibling;
  const row = [];
  for (let each = first; each?.matches('.note, .note-fold'); each = each.nextElementSibling) row.push(each);
  for (const each of row) if (each.matches('.note-fold')) each.remove();
  return row.filter((each) => each.matches('.note'));
}

function drawButton(row, hidden, { earlierNotes }) {
  const item = document.createElement('li');
  item.className = 'note-fold';
  item.setAttribute('aria-live', 'off'); // only the notes are news
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button small quiet';
  button.textContent = plural(earlierNotes, hidden);
  button.addEventListener('click', () => {
    item.remove();
    for (const each of row) {
      each.hidden = false;
      each.classList.add('unfolded');
    }
    row[0].focus({ preventScroll: true });
  });
  item.append(button);
  row[0].before(item);
}
