import { drawFiles, readFiles } from '../../../static/js/chat/files.js';
import { about, shownSize, summary } from '../../../static/js/lib/file_words.js';
import { cases, draw, equal, find, test } from './harness.js';

const PICTURE = { id: 'a', name: 'lake.jpg', type: 'image/webp', bytes: 9, width: 4, height: 3, animated: false };
const PDF = { id: 'b', name: 'plan.pdf', type: 'application/pdf', bytes: 2048 };

test('kind, size and shown size of a file', async () => {
  for (const each of await cases('files')) {
    if (each.about) equal(about(each), each.about);
    else equal(shownSize(each), each.shown);
  }
});

test('words stand for files without a text', () => {
  const words = [[], [PICTURE], [PICTURE, PICTURE], [PDF], [PDF, PICTURE]].map(summary);
  equal(words, ['', 'Photo', '2 photos', 'File: plan.pdf', '2 files']);
});

test('the files of a drawn message can be read from it', () => {
  draw('<li class="message"><div class="message-text"></div></li>');
  const item = find('.message');
  drawFiles(item, [PDF, PICTURE]);
  const read = readFiles(item).map(({ done, ...file }) => file);
  equal(read, [PICTURE, PDF]);
  const first = find('.message-files');
  drawFiles(item, [PDF, PICTURE]);
  equal(find('.message-files') === first, true); // the same are not drawn again
  drawFiles(item, []);
  equal(find('.message-files'), null);
});

test('what a browser shows of its own picture stays on the screen', () => {
  draw('<li class="message"><div class="message-text"></div></li>');
  const item = find('.message');
  drawFiles(item, [{ ...PICTURE, type: 'image/jpeg', done: false }]);
  const image = item.querySelector('img');
  equal([image.hasAttribute('src'), image.parentElement.hasAttribute('href')], [false, false]);
  image.src = 'blob:https://chat.example/preview';
  drawFiles(item, [{ ...PICTURE, done: true }]);
  equal(item.querySelector('img').src, 'blob:https://chat.example/preview');
  equal(item.querySelector('a').pathname, '/messages/files/a');
});
