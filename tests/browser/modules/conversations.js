import { page } from '../../../static/js/lib/page_data.js';
import { Conversations } from '../../../static/js/list/conversations.js';
import { draw, equal, find, test } from './harness.js';

const NOON = '2026-11-30T12:00:00.000Z';
const BEN = { id: 2, name: 'Ben' };

/** Ana's list: a chat with Ben, of which the last of three messages is unread. */
function list() {
  page.me = { id: 1, name: 'Ana' };
  page.texts = { messages: { other: '%(num)d' }, unread: { other: '%(num)d' }, deleted: 'Message deleted' };
  draw(`<section id="conversations" data-unread="1"><ul><li data-thread="7" data-total="3" data-unread="1"
    data-read="2" data-change="0" data-preview-change="0" data-title="Ben"><a class="conversation-link" href="/">
    <bdi class="preview-sender"></bdi><bdi class="preview-text">three</bdi><span class="badge">1</span><time></time>
    <span class="conversation-total"></span><span class="unread-words"></span></a></li></ul></section>`);
  const asked = [];
  window.fetch = /** @type {any} */ (
    async (url) => {
      asked.push(url);
      throw new Error('nobody answers');
    }
  );
  const drafts = /** @type {any} */ ({ watchAll: () => {}, get: () => '' });
  const conversations = new Conversations(find('#conversations'), drafts, () => {});
  const shown = () => [find('.badge').textContent, find('.preview-text').textContent, asked.length];
  return { conversations, shown };
}

const said = (seq) => ({ thread: 7, seq, id: `m${seq}`, sender: BEN, text: `text ${seq}`, at: NOON });
const edited = (seq, change, text) => ({ thread: 7, seq, change, text, edited: NOON, reactions: {} });
const deleted = (seq, change, unread, last, read) => ({ thread: 7, seq, change, deleted: NOON, unread, last, read });

test('a message that the unread count includes does not raise it', () => {
  const { conversations, shown } = list();
  conversations.change(deleted(2, 1, 2, 4, 2)); // of the four, as the server knows; the fourth has not come yet
  equal(shown(), ['2', 'three', 0]);
  conversations.receive(said(4));
  equal(shown(), ['2', 'text 4', 0]);
  conversations.receive(said(5));
  equal(shown(), ['3', 'text 5', 0]);
});

test('the newer of two unread counts wins, whatever the order of arrival', () => {
  const { conversations, shown } = list();
  conversations.read({ thread: 7, seq: 3, unread: 0, last: 3, change: 1 });
  conversations.change(deleted(2, 1, 1, 3, 2)); // as of before she read
  equal(shown(), ['0', 'three', 0]);
});

test('an unread count from before the last message is requested again', () => {
  const { conversations, shown } = list();
  conversations.receive(said(4));
  conversations.change(deleted(2, 1, 0, 3, 2));
  equal(shown(), ['2', 'text 4', 1]);
});

test('the preview shows the highest change, whatever the order of arrival', () => {
  const { conversations, shown } = list();
  conversations.change(edited(3, 5, 'three, at last'));
  conversations.change(edited(3, 4, 'three, for a while'));
  conversations.change(edited(2, 6, 'two'));
  equal(shown(), ['1', 'three, at last', 0]);
  conversations.change(deleted(3, 7, 0, 3, 2));
  equal(shown(), ['0', 'Message deleted', 0]);
});

test('a change that arrives before its message is shown with it', () => {
  const { conversations, shown } = list();
  conversations.change(edited(4, 2, 'as it is now'));
  equal(shown(), ['1', 'three', 0]);
  conversations.receive(said(4));
  equal(shown(), ['2', 'as it is now', 0]);
});
