import { Group } from '../../../static/js/chat/group.js';
import { People } from '../../../static/js/chat/people.js';
import { draw, equal, find, test } from './harness.js';

const texts = { people: { one: '%(num)d person', other: '%(num)d people' }, messageTo: 'Message to %(name)s' };
const ANA = { id: 1, name: 'Ana', read: 3, owner: true };
const BEN = { id: 2, name: 'Ben', read: 5 };
const CLEO = { id: 3, name: 'Cleo', read: 2 };
const told = (title, ...people) => ({ title, people, people_count: people.length, from: 1 });

function open() {
  document.title = 'Ben – Chess club';
  draw(`<header class="chat-head"><span class="avatar"></span><h1 id="chat-title"><bdi>Ben</bdi></h1>
    <span id="people-count"></span></header><label for="message"></label>`);
  const people = new People(1);
  const app = /** @type {any} */ ({ me: { id: 1, name: 'Ana' }, texts });
  return { people, group: new Group(find('#main'), { people: [ANA, BEN], from: 1, asOf: 4 }, people, app) };
}

const shown = () => [find('#chat-title').textContent, find('.avatar').textContent, find('#people-count').textContent];

test('title and people are shown as the highest number tells them', () => {
  const { group, people } = open();
  group.update(told(null, ANA, BEN, CLEO), 5);
  equal(shown(), ['Ben, Cleo', 'BC', '3 people']);
  group.update(told('Holidays', { ...ANA, owner: false }, BEN), 7);
  group.update(told('Old news', ANA, BEN, CLEO), 6);
  equal(shown(), ['Holidays', 'H', '2 people']);
  equal([people.has(3), people.owns, find('label').textContent], [false, false, 'Message to Holidays']);
});

test('the pages title follows and keeps the name of the site', () => {
  open().group.update(told('$& Holidays', ANA, BEN), 5);
  equal(document.title, '$& Holidays – Chess club');
});

test('a group of many whose names are not told keeps its title', () => {
  open().group.update({ ...told(null, ANA), people_count: 60 }, 5);
  equal(shown(), ['Ben', '', '60 people']);
});

test('a page from before one was taken out or sees less is of another stay', () => {
  const { group } = open();
  equal(
    [group.isOfAnotherStay({}), group.isOfAnotherStay({ from: 1 }), group.isOfAnotherStay({ from: 9 })],
    [false, false, true],
  );
  group.leave();
  equal(group.isOfAnotherStay({ from: 1 }), true);
});

test('who has seen a message is told by name', () => {
  const { people, group } = open();
  group.update(told(null, ANA, BEN, CLEO), 5);
  equal(people.seen(3), { seen: ['Ben'], unseen: ['Cleo'] });
});
