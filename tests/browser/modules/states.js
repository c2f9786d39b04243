import { MessageStates, withPending } from '../../../static/js/chat/states.js';
import { equal, test, turn } from './harness.js';

const ANA = 1;
const BEN = 2;
const message = (more = {}) => ({ seq: 7, id: 'a', sender: { id: BEN, name: 'Ben' }, at: '', text: 'one', ...more });
const changed = (change, more = {}) => ({ seq: 7, change, text: 'two', edited: '12:00', reactions: {}, ...more });

test('the state with the highest change wins, whatever the order of arrival', () => {
  /** @type {any[]} */
  const said = [
    ['take', message()],
    ['take', message({ text: 'two', edited: '12:00', change: 3 })],
    ['change', changed(3)],
    ['change', changed(5, { text: 'three' })],
    ['take', message({ text: 'three', edited: '12:00', change: 5 })],
    ['done', { kind: 'edit', seq: 7, text: 'two' }, 3],
  ];
  for (const order of [said, [...said].reverse(), [said[4], said[0], said[3], said[1], said[2], said[5]]]) {
    /** @type {any} */
    const states = new MessageStates(ANA);
    for (const [how, ...given] of order) states[how](...given);
    equal([states.get(7)?.text, states.get(7)?.change], ['three', 5]);
  }
});

test('a repeated state changes nothing', () => {
  const states = new MessageStates(ANA);
  equal(states.take(message({ change: 2 }))?.change, 2);
  equal(
    [states.take(message({ change: 2 })), states.change(changed(1)), states.change({ ...changed(9), seq: 8 })],
    [null, null, null],
  );
});

test('a deletion removes text, edits and reactions and keeps sender and original', () => {
  const states = new MessageStates(ANA);
  states.take(message({ reply: 3, change: 2, edited: '11:00', reactions: { '👍': [ANA] } }));
  const state = states.change({ seq: 7, change: 3, deleted: '12:00', by: { id: ANA, name: 'Ana' } });
  equal([state?.text, state?.edited, state?.reactions, state?.mine], ['', null, {}, []]);
  equal([state?.deleted, state?.by?.name, state?.sender.name, state?.reply], ['12:00', 'Ana', 'Ben', 3]);
});

test('my own reactions are found among user ids, and sent or remembered with counts', () => {
  const states = new MessageStates(ANA);
  equal(states.take(message({ change: 1, reactions: { '👍': [BEN, ANA], '🎉': [BEN] } }))?.mine, ['👍']);
  equal(states.change(changed(2, { reactions: { '👍': 60 }, mine: ['👍'] }))?.mine, ['👍']);
  equal(states.change(changed(3, { reactions: { '👍': 61 } }))?.mine, ['👍']);
  equal(states.change(changed(4, { reactions: { '👍': 60 }, mine: [] }))?.mine, []);
});

test('a change of a message that is being fetched is applied to it, and otherwise forgotten', async () => {
  const states = new MessageStates(ANA);
  states.change(changed(4));
  let arrive = () => {};
  const page = states.fetching(
    new Promise((resolve) => {
      arrive = () => resolve(message());
    }),
  );
  states.change(changed(6, { text: 'six' }));
  states.change(changed(5, { text: 'five' }));
  arrive();
  equal(states.take(await page)?.text, 'six');
  await turn();
  await turn();
  states.keepOnly(new Set());
  equal(states.take(message())?.text, 'one');
});

test('far away messages are forgotten, but not while an older page may be on its way', async () => {
  const states = new MessageStates(ANA);
  states.take(message({ change: 3, text: 'three' }));
  const page = states.fetching(Promise.resolve(message({ change: 2, text: 'two' })));
  states.keepOnly(new Set());
  equal([states.take(await page), states.get(7)?.text], [null, 'three']);
  states.keepOnly(new Set([7]));
  equal(states.get(7)?.text, 'three');
  states.keepOnly(new Set([8]));
  equal(states.get(7), undefined);
});

test('a whole text replaces a shortened one and never the other way round', () => {
  const states = new MessageStates(ANA);
  states.take(message({ text: 'some', isCut: true }));
  equal(states.take(message({ text: 'some words' }))?.text, 'some words');
  equal(states.take(message({ text: 'some', isCut: true })), null);
  states.take(message({ change: 2, text: 'other', isCut: true }));
  equal(states.change(changed(2, { text: 'other words' }))?.isCut, false);
});

test('a waiting change is shown as if it were stored', () => {
  const state = new MessageStates(ANA).take(message({ change: 1, reactions: { '👍': [BEN] } }));
  if (!state) throw new Error('it is known');
  const reacting = (emoji, on) => withPending(state, { kind: 'react', seq: 7, emoji, on }, ANA);
  equal(reacting('👍', true).reactions, { '👍': [BEN, ANA] });
  equal(reacting('👍', true).mine, ['👍']);
  equal(reacting('🎉', true).reactions, { '👍': [BEN], '🎉': [ANA] });
  equal(withPending(reacting('🎉', true), { kind: 'react', seq: 7, emoji: '🎉', on: false }, ANA).reactions, {
    '👍': [BEN],
  });
  equal(reacting('👍', false).reactions, { '👍': [BEN] });
  equal(withPending(state, { kind: 'edit', seq: 7, text: 'new' }, ANA).text, 'new');
  equal(withPending(state, { kind: 'delete', seq: 7 }, ANA).text, '');
});
