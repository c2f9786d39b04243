import { Drafts } from '../../../static/js/net/drafts.js';
import { equal, test, until } from './harness.js';
import { writeInAnotherTab } from './other_tab.js';

test('a draft is kept by person and thread', () => {
  const drafts = new Drafts(1);
  drafts.put(7, 'half a');
  drafts.put(8, 'another');
  drafts.put(8, '');
  equal([new Drafts(1).get(7), new Drafts(1).get(8), new Drafts(2).get(7), localStorage.length], ['half a', '', '', 1]);
});

test('a draft is kept in memory when the browser refuses to store it', () => {
  localStorage.setItem('chatserver.draft.1.7', 'old');
  /** @type {any} */
  const full = {
    getItem: (key) => localStorage.getItem(key),
    removeItem: (key) => localStorage.removeItem(key),
    setItem() {
      throw new DOMException('', 'QuotaExceededError');
    },
  };
  for (const storage of [full, null]) {
    const drafts = new Drafts(1, storage);
    drafts.put(7, 'half a');
    equal(drafts.get(7), 'half a');
    drafts.put(7, '');
    equal(drafts.get(7), '');
  }
});

test('what is on its way stays stored until it is released, and is no draft of this page', () => {
  const drafts = new Drafts(1);
  const stored = () => localStorage.getItem('chatserver.draft.1.7');
  drafts.put(7, 'with files');
  drafts.hold(7, 'with files');
  drafts.put(7, '');
  equal([drafts.get(7), stored()], ['', 'with files']);
  drafts.put(7, 'the next one');
  equal([drafts.get(7), stored()], ['the next one', 'with files\nthe next one']);
  drafts.release(7, 'with files');
  equal([drafts.get(7), stored()], ['the next one', 'the next one']);
});

test('what another tab stored meanwhile stays', () => {
  const drafts = new Drafts(1);
  drafts.hold(7, 'with files');
  new Drafts(1).put(7, 'from the other tab');
  equal(drafts.get(7), 'from the other tab');
  drafts.release(7, 'with files');
  equal(localStorage.getItem('chatserver.draft.1.7'), 'from the other tab');
});

test('signing out removes the drafts of that user alone', () => {
  new Drafts(11).put(7, 'of somebody else');
  const drafts = new Drafts(1);
  drafts.put(7, 'half a');
  drafts.clear();
  drafts.put(7, 'as the page goes');
  equal({ ...localStorage }, { 'chatserver.draft.11.7': 'of somebody else' });
});

test('a closed chat gets no draft events', async () => {
  const heard = [];
  const left = new AbortController();
  new Drafts(1).watch(7, (text) => heard.push(`left ${text}`), left.signal);
  new Drafts(1).watch(8, (text) => heard.push(`other ${text}`));
  new Drafts(1).watch(7, (text) => heard.push(text));
  left.abort();
  await writeInAnotherTab('from the other tab');
  await writeInAnotherTab(null);
  await until(() => heard.length === 2);
  equal(heard, ['from the other tab', '']);
});
