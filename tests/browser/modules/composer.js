import { Drafts } from '../../../static/js/net/drafts.js';
import { draw, equal, fill, find, press, test, type, until } from './harness.js';
import { writeInAnotherTab } from './other_tab.js';

const BOX = '#message';
const DRAFT = 'chatserver.draft.1.7';
const TEXTS = {
  tooLong: 'Too long: %(count)s of %(limit)s characters.',
  counter: '%(count)s of %(limit)s characters',
  send: 'Send',
};

/** Ana opens thread 7. @returns {Promise<{sent: string[], leave: () => void}>} */
async function open(typed = '') {
  draw(`<form id="composer" data-limit="10000"><textarea name="message" id="message" rows="1">${typed}</textarea>
    <button class="send"><span class="visually-hidden"></span></button>
    <p id="composer-error"></p><p id="composer-counter"></p></form><input id="elsewhere">`);
  const { Composer } = await import('../../../static/js/chat/composer.js'); // with the present language and pointer
  const leaving = new AbortController();
  const composer = new Composer(find('#composer'), TEXTS, new Drafts(1), 7, leaving.signal);
  const sent = [];
  composer.addEventListener('compose', ({ detail }) => sent.push(detail));
  return { sent, leave: () => leaving.abort() };
}

const counter = () => find('#composer-counter').textContent;
const error = () => find('#composer-error').textContent;

test('a draft is kept until Ana comes back', async () => {
  const { leave } = await open();
  await type(BOX, 'half a');
  leave(); // she opens another chat immediately
  await open();
  equal(find(BOX).value, 'half a');
});

test('the text that a refused form returns is a draft', async () => {
  localStorage.setItem(DRAFT, 'old');
  await open('not accepted');
  equal([find(BOX).value, localStorage.getItem(DRAFT)], ['not accepted', 'not accepted']);
});

test('a draft is kept after a pause and gone when it is sent', async () => {
  const { sent } = await open();
  await type(BOX, 'Hello');
  await until(() => localStorage.getItem(DRAFT) === 'Hello');
  await press(BOX, 'Enter');
  equal([find(BOX).value, sent, localStorage.length], ['', ['Hello'], 0]);
});

test('the box follows another tab unless Ana writes in it', async () => {
  await open();
  find('#elsewhere').focus();
  await writeInAnotherTab('from the other tab');
  equal(find(BOX).value, 'from the other tab');
  await writeInAnotherTab(null); // sent there
  equal(find(BOX).value, '');
  await fill(BOX, 'mine');
  await writeInAnotherTab('theirs');
  equal(find(BOX).value, 'mine');
});

test('Enter breaks the line on a touch screen until there is a mouse or keyboard', async () => {
  const pointer = Object.assign(new EventTarget(), { matches: false });
  const { matchMedia } = window;
  window.matchMedia = (query) => (query === '(any-pointer: fine)' ? /** @type {any} */ (pointer) : matchMedia(query));
  const { sent } = await open();
  equal(find(BOX).enterKeyHint, 'enter');
  await type(BOX, 'one');
  await press(BOX, 'Enter');
  await type(BOX, 'two');
  equal(find(BOX).value, 'one\ntwo');
  await press(BOX, 'Meta+Enter');
  await type(BOX, 'three');
  await press(BOX, 'Control+Enter');
  pointer.matches = true;
  pointer.dispatchEvent(new Event('change'));
  equal(find(BOX).enterKeyHint, 'send');
  await type(BOX, 'four');
  await press(BOX, 'Enter');
  equal(sent, ['one\ntwo', 'three', 'four']);
});

test('the remaining characters are shown near the limit', async () => {
  const { sent } = await open();
  await fill(BOX, '😀'.repeat(9_700));
  await until(() => counter() === '9,700 of 10,000 characters');
  await fill(BOX, 'x'.repeat(8_999));
  await until(() => counter() === '');
  await fill(BOX, 'x'.repeat(10_001));
  await until(() => error() === 'Too long: 10,001 of 10,000 characters.');
  equal(counter(), '');
  await press(BOX, 'Enter');
  await fill(BOX, 'x'.repeat(10_000));
  equal(error(), '');
  await until(() => counter() === '10,000 of 10,000 characters');
  await press(BOX, 'Enter');
  equal([counter(), sent.map(({ length }) => length)], ['', [10_000]]);
});

test('an invisible text is not sent and line ends become line breaks', async () => {
  const { sent } = await open();
  for (const typed of ['\u200b', '\u2800 \ufeff', '\u3164']) {
    await fill(BOX, typed);
    await press(BOX, 'Enter');
    equal(find(BOX).value, typed);
  }
  await fill(BOX, 'one\u2028two\u0085three');
  await press(BOX, 'Enter');
  equal(sent, ['one\ntwo\nthree']);
});

test('the numbers of a text that is too long are written as the reader writes them', async () => {
  document.documentElement.lang = 'ru';
  await open();
  await fill(BOX, 'x'.repeat(10_050));
  await until(() => error() === 'Too long: 10\u00a0050 of 10\u00a0000 characters.');
});

test('a paste of 200 lines stays whole', async () => {
  const { sent } = await open();
  const lines = Array.from({ length: 200 }, (_, number) => `line ${number}`).join('\n');
  await navigator.clipboard.writeText(lines);
  await press(BOX, 'Control+V');
  equal(find(BOX).value, lines);
  await press(BOX, 'Enter');
  equal(sent, [lines]);
});
