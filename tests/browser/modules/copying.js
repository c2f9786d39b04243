import { draw, equal, find, moveTo, press, test } from './harness.js';

const MESSAGES = [
  ['Ana', 'Hello\nBen'],
  ['Ben', 'see <a>http://b</a>'],
  ['Ana', 'Bye'],
];
const STAMP = `[11/23/2026, 6:04\u00a0PM]`; // in Berlin

async function drawMessages() {
  await moveTo('Europe/Berlin');
  const { copyReadably } = await import('../../../static/js/chat/copying.js'); // in the present zone
  const items = MESSAGES.map(
    ([sender, text]) => `<li class="message">
      <p><bdi class="message-sender">${sender}</bdi>
        <time class="message-time" hidden datetime="2026-11-23T17:04:05Z">x</time></p>
      <p class="message-text" style="white-space: pre-wrap">${text}</p></li>`,
  );
  draw(`<ol>${items.join('')}</ol><textarea></textarea>`);
  copyReadably(find('ol'));
}

/** Copies from a character of one message to a character of another, and returns what is pasted. */
async function copy(first, start, last, end) {
  const texts = document.querySelectorAll('.message-text');
  const [from, to] = [texts[first].firstChild, texts[last].firstChild];
  getSelection()?.setBaseAndExtent(/** @type {Node} */ (from), start, /** @type {Node} */ (to), end);
  await press('body', 'Control+C');
  find('textarea').value = '';
  await press('textarea', 'Control+V');
  return find('textarea').value;
}

test('several messages are copied with names and times', async () => {
  await drawMessages();
  equal(await copy(0, 6, 2, 2), `${STAMP} Ana: Ben\n${STAMP} Ben: see http://b\n${STAMP} Ana: By`);
});

test('a part of one message is copied as it is', async () => {
  await drawMessages();
  equal(await copy(0, 1, 0, 9), 'ello\nBen');
  equal((await copy(0, 0, 1, 0)).slice(0, 9), 'Hello\nBen'); // as a triple click selects
});
