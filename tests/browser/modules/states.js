import { MessageStates, wished } from '../../../static/js/chat/states.js';
import { equal, test, turn } from './harness.js';

const ANA = 1;
const BEN = 2;
const message = (more = {}) => ({ seq: 7, id: 'a', sender: { id: BEN, name: 'Ben' }, at: '', text: 'one', ...more });
const changed = (change, more = {}) => ({ seq: 7, change, text: 'two', edited: '12:00', reactions: {}, ...more });

test('of all that is said about a message the higher change holds, whatever comes first', () => {
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

test('what is told again is nothing new', () => {
  const states = new MessageStates(ANA);
  equal(states.take(message({ change: 2 }))?.change, 2);
  equal(
    [states.take(message({ change: 2 })), states.change(changed(1)), states.change({ ...changed(9), seq: 8 })],
    [null, null, null],
  );
});

test('a deletion takes text, edits and reactions along, and leaves who wrote it and what it answers', () => {
  const states = new MessageStates(ANA);
  states.take(message({ reply: 3, change: 2, edited: '11:00', reactions: { '👍': [ANA] } }));
  const state = states.change({ seq: 7, change: 3, deleted: '12:00', by: { id: ANA, name: 'Ana' } });
  equal([state?.text, state?.edited, state?.reactions, state?.mine], ['', null, {}, []]);
  equal([state?.deleted, state?.by?.name, state?.sender.name, state?.reply], ['12:00', 'Ana', 'Ben', 3]);
});

test('my own reactions are seen among ids, and told or remembered among numbers', () => {
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
  states.forget(7);
  await turn();
  await turn();
  equal(states.take(message())?.text, 'one');
});

test('a wish shows what it will be', () => {
  const state = new MessageStates(ANA).take(message({ change: 1, reactions: { '👍': [BEN] } }));
  if (!state) throw new Error('it is known');
  const wish = (emoji, on) => wished(state, { kind: 'react', seq: 7, emoji, on }, ANA);
  equal(wish('👍', true).reactions, { '👍': [BEN, ANA] });
  equal(wish('👍', true).mine, ['👍']);
  equal(wish('🎉', true).reactions, { '👍': [BEN], '🎉': [ANA] });
  equal(wished(wish('🎉', true), { kind: 'react', seq: 7, emoji: '🎉', on: false }, ANA).reactions, { '👍': [BEN] });
  equal(wish('👍', false).reactions, { '👍': [BEN] });
  equal(wished(state, { kind: 'edit', seq: 7, text: 'new' }, ANA).text, 'new');
  equal(wished(state, { kind: 'delete', seq: 7 }, ANA).text, '');
});
