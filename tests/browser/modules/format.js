import { parse, plain } from '../../../static/js/lib/format.js';
import { showFormatted } from '../../../static/js/lib/formatted.js';
import { cases, draw, equal, find, test } from './harness.js';

test('formatting is parsed as on the server', async () => {
  for (const { text, tree } of await cases('format')) equal([text, parse(text)], [text, tree]);
});

test('a preview shows a text without formatting marks', async () => {
  for (const { text, plain: preview } of await cases('format')) equal([text, plain(text)], [text, preview]);
});

test('a rendered message has the text of its preview', async () => {
  draw('<p>before</p>');
  for (const { text, plain: preview } of await cases('format')) {
    showFormatted(find('p'), text);
    equal([text, find('p').textContent], [text, preview]);
  }
});

test('each kind of formatting has its element', () => {
  draw('<p></p>');
  showFormatted(find('p'), '**bold** _italic **both**_ `code`\n> quote `x`\n```sh\nls <a>\n```\nend');
  equal(
    find('p').innerHTML,
    '<strong>bold</strong> <em>italic <strong>both</strong></em> <code>code</code>' +
      '<span hidden="">\n</span><blockquote>quote <code>x</code></blockquote>' +
      '<span hidden="">\n</span><pre><code>ls &lt;a&gt;</code></pre><span hidden="">\n</span>end',
  );
});

test('a text twice as long takes twice the work', () => {
  const signs = ['*', '** ', '**a ', '_', '_a ', '**a _b ', '**_`', '`', '` ', '`a ``b '];
  const pieces = [...signs, '```\n', '```js\n', '```\n\n', '````\n', '```js\n```\n', '> ', '> \n', '> a\n', '> ```\n'];
  for (const piece of [...pieces, 'http://a.example/` ', 'http://a.example/_ _', '**http://a.example/** ']) {
    const times = Math.floor(5000 / piece.length);
    const [once, twice] = [piece.repeat(times), piece.repeat(2 * times)].map(charactersSearched);
    if (twice > 2.2 * once + 100) throw new Error(`${piece}: ${once} characters, then ${twice}`);
  }
});

/** Counts the characters that regular expressions search to parse a text; a sticky one does not search. */
function charactersSearched(text) {
  const { exec } = RegExp.prototype;
  let count = 0;
  RegExp.prototype.exec = function (string) {
    const begin = this.global ? this.lastIndex : 0;
    const found = exec.call(this, string);
    if (!this.sticky) count += (found ? found.index + found[0].length : string.length) - begin;
    return found;
  };
  try {
    parse(text);
  } finally {
    RegExp.prototype.exec = exec;
  }
  return count;
}
