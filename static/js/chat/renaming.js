import { hue, initials } from '../lib/avatars.js';
import { shownName } from '../lib/shown.js';

/**
 * Shows somebody's new name on their messages and in quotes of them. The chat's title follows with the list.
 * @param {import('./view.js').ChatView} view
 * @param {{socket: EventTarget}} app
 * @param {AbortSignal} signal when the chat is left
 */
export function followNames(view, { socket }, signal) {
  const rename = ({ detail: user }) => {
    view.people.rename(user);
    const name = shownName(user);
    for (const item of view.find('messages').querySelectorAll(`[data-sender="${user.id}"]`)) renameSender(item, name);
    for (const quote of view.find('messages').querySelectorAll('.quote-sender')) {
      const original = view.changes.know(Number(quote.closest('.message').dataset.reply));
      if (!original || original.sender.id !== user.id) continue;
      Object.assign(original.sender, { name: user.name, full_name: user.full_name });
      quote.textContent = name;
    }
  };
  socket.addEventListener('user', rename, { signal });
}

/** @param {any} item a message */
function renameSender(item, name) {
  item.querySelector('.message-sender').textContent = name;
  const avatar = item.querySelector('.avatar');
  if (!avatar) return; // one's own
  avatar.textContent = initials(name);
  item.classList.remove(...Array.from(item.classList).filter((one) => one.startsWith('hue-')));
  item.classList.add(`hue-${hue(name)}`);
}
