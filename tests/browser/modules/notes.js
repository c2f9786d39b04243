import { arrange } from '../../../static/js/chat/arrange.js';
import { Notes } from '../../../static/js/chat/notes.js';
import { successorOf } from '../../../static/js/chat/order.js';
import { draw, equal, find, test } from './harness.js';

const sentences = {
  created: { by: '%(by)s created the group', nobody: 'The group was created' },
  titled: { by: '%(by)s renamed the group to “%(value)s”', nobody: 'The group is now called “%(value)s”' },
  history_joined: { by: '%(by)s hid the past', nobody: 'The past is hidden' },
  added: { by: '%(by)s added %(people)s', nobody: 'Now in the group: %(people)s' },
};
const texts = {
  earlierNotes: { one: 'Show %(num)d earlier change', other: 'Show %(num)d earlier changes' },
};
const ANA = { id: 1, name: 'Ana' };
const BEN = { id: 2, name: 'Ben' };
const scroll = /** @type {any} */ ({ keeping: (change) => change() });
const added = (change, after, more = {}) => ({
  ...{ change, after, kind: 'added', by: ANA, people: [BEN], at: '2026-11-30T12:00:00.000Z' },
  ...more,
});
const blank = `<template id="blank" data-sentences='${JSON.stringify(sentences)}'><li class="note" tabindex="-1">
  <time class="note-text"></time></li></template>`;
const day = '<template id="day"><li class="day"><time data-format="day"></time></li></template>';
const message = (seq) => `<li class="message" data-seq="${seq}" data-sender="2"><bdi>m${seq}</bdi>
  <time class="message-time" datetime="2026-11-30T12:00:0${seq % 10}.000Z"></time></li>`;

/** A list of Ben's messages. */
function open(seqs, from = 1) {
  draw(`<ol id="list">${seqs.map(message).join('')}</ol>${blank}${day}`);
  const follow = (item) => arrange(item, find('#day'));
  return new Notes(find('#list'), find('#blank'), from, texts, scroll, follow);
}

const shown = () =>
  Array.from(find('#list').children)
    .filter((each) => !each.hidden && !each.matches('.day'))
    .map((each) => each.querySelector('bdi')?.closest('.message')?.dataset.seq ?? each.textContent.trim());

test('a note stands behind its message and several there in the order of their numbers', () => {
  const notes = open([1, 2, 3]);
  notes.add(added(7, 2, { kind: 'titled', value: 'Holidays' }));
  notes.add(added(5, 2));
  notes.add(added(9, 3, { kind: 'history', value: 'joined' }));
  notes.add(added(4, 0, { kind: 'created', people: [] }));
  notes.add(added(5, 2));
  equal(shown(), [
    'Ana created the group',
    '1',
    '2',
    'Ana added Ben',
    'Ana renamed the group to “Holidays”',
    '3',
    'Ana hid the past',
  ]);
});

test('a message that comes stands behind the notes before it', () => {
  const notes = open([1, 2]);
  notes.add(added(5, 2));
  equal(
    [3, 2, 1].map((seq) => /** @type {any} */ (successorOf(find('#list'), seq))?.className),
    [undefined, 'note', 'message'],
  );
});

test('two messages that a note parts do not belong together', () => {
  const notes = open([1, 2]);
  const [first, second] = document.querySelectorAll('.message');
  arrange(/** @type {any} */ (second), find('#day'));
  const together = () => [first.matches('.continued'), second.matches('.continues')];
  equal(together(), [true, true]);
  notes.add(added(5, 1));
  equal(together(), [false, false]);
});

test('a note of an earlier page waits for that page unless the person sees nothing earlier', () => {
  open([46, 47]).add(added(5, 45));
  equal(shown(), ['46', '47']);
  open([46, 47], 46).add(added(5, 45));
  equal(shown(), ['Ana added Ben', '46', '47']);
});

test('a sentence names those whom it is about and isolates each name', () => {
  const notes = open([1]);
  const people = [BEN, { id: 3, name: '' }];
  notes.add(added(5, 1, { people, count: 60 }));
  equal(find('.note-text').innerHTML, '<bdi>Ana</bdi> added <bdi>Ben</bdi>, <bdi>Deleted person</bdi> +58');
  notes.add(added(6, 1, { by: null }));
  equal(shown().at(-1), 'Now in the group: Ben');
});

test('many notes in a row are folded until one asks for them', () => {
  const notes = open([1, 2]);
  for (let change = 1; change <= 4; change++) notes.add(added(change, 1));
  equal(shown().length, 6);
  notes.add(added(5, 1));
  equal(shown(), ['1', 'Show 3 earlier changes', 'Ana added Ben', 'Ana added Ben', '2']);
  notes.add(added(6, 1));
  equal(shown()[1], 'Show 4 earlier changes');
  find('.note-fold button').click();
  notes.add(added(7, 1));
  equal([shown().length, document.activeElement === find('.note')], [9, true]);
});
