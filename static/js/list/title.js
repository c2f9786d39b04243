/** What stands in one place: the title of the open chat and its mute, which its row has as well, and one's own name. */

import { showAvatar } from '../lib/avatars.js';
import { handle, shownName } from '../lib/shown.js';
import { setTitle } from './unread_badge.js';

/** @param {any} row of the open chat, if it is listed @param {any} pane */
export function showTitle(row, pane) {
  const heading = pane.querySelector('#chat-title');
  if (!heading || !row) return;
  const [title, beside] = heading.children;
  const listed = row.querySelector('.conversation-title .handle');
  const shown = row.dataset.title;
  if (title.textContent === shown && beside?.textContent === listed?.textContent) return;
  title.textContent = shown;
  beside?.remove();
  if (listed) heading.append(handle(listed.textContent));
  showAvatar(pane.querySelector('.chat-head .avatar'), shown);
  setTitle(shown);
}

/** One has a new name. @param {any} menu @param {any} user */
export function showOwnName(menu, user) {
  const [avatar, name] = menu.querySelector('.menu-name').children;
  showAvatar(avatar, shownName(user));
  name.replaceChildren(shownName(user), ...(user.full_name ? [' ', handle(user.name)] : []));
}

/** Offers what the row says of the open chat: to mute it, or to end that. @param {any} row @param {any} pane */
export function showMute(row, pane) {
  const mute = pane.querySelector('#mute');
  if (!mute || !row) return;
  mute.hidden = row.classList.contains('muted');
  pane.querySelector('#unmute').hidden = !mute.hidden;
}
