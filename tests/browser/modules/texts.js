import { cleanText, countChars, firstChars, isLonger } from '../../../static/js/lib/texts.js';
import { cases, equal, test, whole } from './harness.js';

test('texts are cleaned and counted as on the server', async () => {
  for (const each of await cases('texts')) {
    const text = whole(each.text);
    equal([text, cleanText(text), countChars(cleanText(text))], [text, whole(each.clean), each.chars]);
  }
});

test('a limit counts characters as the server does', () => {
  equal(isLonger('😀'.repeat(5), 5), false);
  equal(isLonger('😀'.repeat(5), 4), true);
  equal(isLonger('xxxxx', 5), false);
});

test('a shortened text cuts no character in half', () => {
  equal(firstChars(`x${'😀'.repeat(300)}`, 200), `x${'😀'.repeat(199)}`);
  equal(firstChars('short', 200), 'short');
});
