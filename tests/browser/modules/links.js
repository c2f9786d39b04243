import { findLinks, showText } from '../../../static/js/lib/links.js';
import { cases, draw, equal, find, test, whole } from './harness.js';

test('links are found as on the server', async () => {
  for (const each of await cases('links')) {
    const text = whole(each.text);
    const found = findLinks(text).map(({ start, end }) => text.slice(start, end));
    equal([text, found], [text, each.links.map(whole)]);
  }
});

test('a text is shown as plain text with links', () => {
  draw('<p>before</p>');
  showText(find('p'), '<b> http://a.example/?b&c, http://d.example');
  const link = 'rel="noopener noreferrer nofollow" target="_blank"';
  equal(
    find('p').innerHTML,
    `&lt;b&gt; <a href="http://a.example/?b&amp;c" ${link}>http://a.example/?b&amp;c</a>, ` +
      `<a href="http://d.example" ${link}>http://d.example</a>`,
  );
});
