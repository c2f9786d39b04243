import { setTitle, showUnread } from '../../../static/js/list/unread_badge.js';
import { equal, find, test } from './harness.js';

test('the unread count is shown before the title and on the icon', () => {
  const icon = find('link[rel=icon]');
  setTitle('Ben');
  showUnread(3);
  equal([document.title, icon.getAttribute('href')], ['(3) Ben', 'unread.svg']);
  setTitle('(1) Cleo');
  equal(document.title, '(3) (1) Cleo');
  document.title = 'Dan';
  showUnread(4);
  equal(document.title, '(4) Dan');
  showUnread(0);
  equal([document.title, icon.getAttribute('href')], ['Dan', 'plain.svg']);
});
