import { completeName } from '../../../static/js/groups/completion.js';
import { draw, equal, fill, find, test, type, until } from './harness.js';

/** Answers each lookup with two names; an answer that is `held` waits until it is released. */
class Directory {
  asked = [];
  /** @type {Map<string, Promise<void>>} */
  held = new Map();
  status = 200;

  async answer(address) {
    const name = new URL(address, location.href).searchParams.get('name') ?? '';
    this.asked.push(name);
    await this.held.get(name);
    return new Response(JSON.stringify({ people: [`${name}-1`, `${name}-2`] }), { status: this.status });
  }
}

function open() {
  const directory = new Directory();
  window.fetch = (address) => directory.answer(String(address));
  draw('<input id="to"><div><ul id="people"></ul></div>');
  completeName(find('#to'), find('#people'));
  return directory;
}

const offered = () => Array.from(document.querySelectorAll('#people bdi'), ({ textContent }) => textContent).join();
const seesOffered = (...names) => until(() => offered() === names.join());

test('names are suggested as Ana types and a chosen one is not looked up', async () => {
  const directory = open();
  await type('#to', 'б&e');
  await seesOffered('б&e-1', 'б&e-2');
  await fill('#to', 'б&e-2');
  await fill('#to', '  ');
  await fill('#to', 'Cleo');
  await seesOffered('Cleo-1', 'Cleo-2');
  equal(directory.asked, ['б&e', 'Cleo']);
});

test('a late answer does not replace a newer one', async () => {
  const directory = open();
  let free = () => {};
  directory.held.set('a', new Promise((resolve) => (free = resolve)));
  await fill('#to', 'a');
  await until(() => directory.asked.includes('a'));
  await fill('#to', 'an');
  await seesOffered('an-1', 'an-2');
  free();
  await fill('#to', 'ana');
  await seesOffered('ana-1', 'ana-2');
});

test('a refusal leaves the suggestions', async () => {
  const directory = open();
  await fill('#to', 'a');
  await seesOffered('a-1', 'a-2');
  directory.status = 429;
  await fill('#to', 'an');
  await until(() => directory.asked.includes('an'));
  await seesOffered('a-1', 'a-2');
});
