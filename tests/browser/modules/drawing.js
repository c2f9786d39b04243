import { drawQuote, drawState, readMessage } from '../../../static/js/chat/drawing.js';
import { shortList } from '../../../static/js/chat/reactions.js';
import { stateOf } from '../../../static/js/chat/states.js';
import { draw, equal, find, press, test } from './harness.js';

const texts = {
  deleted: 'Message deleted',
  deletedBy: '%(name)s deleted this message',
  edited: 'edited',
  earlier: 'An earlier message',
  reacted: '%(emoji)s: %(names)s',
  yourself: 'you',
  formerMember: 'a former member',
  saving: 'Saving…',
  deleting: 'Deleting…',
  offline: 'Waiting for the connection',
};
const people = new Map([[2, 'Ben']]);
const named = { has: (id) => people.has(id), nameOf: (id) => people.get(id) };
const scene = /** @type {any} */ ({ me: 1, thread: 7, people: named, fold: { characters: 100, lines: 5 }, texts });
const NOON = '2026-11-30T12:00:00.000Z';
const said = { seq: 3, id: 'a', sender: { id: 2, name: 'Ben' }, at: NOON, text: 'one', change: 1 };

/** @returns {any} */
function blank() {
  draw(`<div class="message" data-seq="3" data-id="a" data-sender="2"><div class="bubble">
    <bdi class="message-sender">Ben</bdi><div class="message-text"></div>
    <p class="message-foot"><time class="message-time" datetime="${NOON}"></time></p></div></div>`);
  return find('.message');
}

test('a rendered message is read back as the same state', () => {
  for (const more of [
    {},
    { text: '**bold**\n`code`' },
    { edited: '2026-11-30T12:05:00.000Z', reply: 2 },
    { reactions: { '👍': [2, 1], '🎉': [2] } },
    { reactions: { '👍': 60 }, mine: ['👍'] },
    { text: '', deleted: NOON },
  ]) {
    const item = blank();
    const state = stateOf({ ...said, ...more }, 1);
    drawState(item, state, scene);
    equal(stateOf(readMessage(item), 1), state);
  }
});

test('a deleted message shows neither text nor quote nor reactions', () => {
  const item = blank();
  drawState(item, stateOf({ ...said, reply: 2, edited: NOON, reactions: { '👍': [1] } }, 1), scene);
  drawState(item, stateOf({ ...said, text: '', deleted: NOON, by: { id: 2, name: 'Ben' }, change: 2 }, 1), scene);
  equal(item.textContent.replaceAll(/\s*\n\s*/g, ''), 'BenBen deleted this message');
});

test('a message shows the waiting change, and the old state again when the change is dropped', () => {
  const item = blank();
  const state = stateOf(said, 1);
  const shown = () => [
    item.querySelector('.message-text').textContent,
    item.querySelector('.message-state')?.textContent,
  ];
  drawState(item, state, scene, [{ kind: 'edit', seq: 3, text: 'two' }]);
  equal(shown(), ['two', 'Saving…']);
  drawState(item, state, scene, [{ kind: 'delete', seq: 3 }], true);
  equal(shown(), ['Message deleted', 'Waiting for the connection']);
  drawState(item, state, scene);
  equal([...shown(), item.className], ['one', undefined, 'message']);
});

test('a reaction does not touch the text or a selection in it', () => {
  const item = blank();
  drawState(item, stateOf({ ...said, text: 'some **bold** words' }, 1), scene);
  const word = item.querySelector('strong');
  drawState(item, stateOf({ ...said, text: 'some **bold** words', change: 2, reactions: { '👍': [2] } }, 1), scene);
  equal([word === item.querySelector('strong'), item.querySelector('.chip').textContent], [true, '👍1']);
});

test('a chip shows who reacted, and adds or removes a reaction where that is allowed', async () => {
  const item = blank();
  const chosen = [];
  item.addEventListener('choose', ({ detail }) => chosen.push(detail));
  const reactions = { '👍': [2, 1, 5], '🎉': [2] };
  drawState(item, stateOf({ ...said, reactions }, 1), { ...scene, canReact: true });
  equal(
    Array.from(item.querySelectorAll('.chip'), (chip) => [chip.title, chip.getAttribute('aria-pressed')]),
    [
      ['👍: Ben, you, a former member', 'true'],
      ['🎉: Ben', 'false'],
    ],
  );
  for (const chip of item.querySelectorAll('.chip')) chip.click();
  equal(chosen, [
    { emoji: '👍', on: false },
    { emoji: '🎉', on: true },
  ]);
});

test('the short list offers each reaction and marks my own', async () => {
  draw('<div id="menu"></div>');
  const chosen = [];
  find('#menu').append(shortList(stateOf({ ...said, reactions: { '👍': [1] } }, 1), ['👍', '🎉']));
  find('#menu').addEventListener('choose', ({ detail }) => chosen.push(detail));
  equal(
    Array.from(find('.short-list').children, (one) => one.getAttribute('aria-checked')),
    ['true', 'false'],
  );
  await press('.short-list button:first-child', 'Enter');
  await press('.short-list button:last-child', 'Enter');
  equal(chosen, [
    { emoji: '👍', on: false },
    { emoji: '🎉', on: true },
  ]);
});

test('a quote shows the original as it is now, or that it is an earlier message', () => {
  const item = blank();
  drawState(item, stateOf({ ...said, reply: 2 }, 1), scene);
  const quote = item.querySelector('.message-quote');
  const shown = (original) => {
    drawQuote(item, original && stateOf(original, 1), texts);
    return [quote.textContent, quote.getAttribute('href')];
  };
  const original = { ...said, seq: 2, text: `**${'x'.repeat(200)}**` };
  equal(shown(original), [`Ben${'x'.repeat(120)}`, '/messages/chat/7/?at=2']);
  equal(shown({ ...original, text: '', deleted: NOON }), ['BenMessage deleted', '/messages/chat/7/?at=2']);
  equal(shown(null), ['An earlier message', null]);
});
