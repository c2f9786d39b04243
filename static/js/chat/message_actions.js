import { isYounger } from '../lib/time.js';
import { followGestures } from './menu_gestures.js';
import { MessageMenu } from './message_menu.js';
import { followMouse } from './message_tools.js';
import { followSwipes } from './swipe.js';

const COPIED_MS = 2_000;

/**
 * What one can do with the messages of an open chat, by their menu, their reactions and keys.
 * @param {import('./view.js').ChatView} view
 * @param {import('../app.js').App} app
 * @param {import('./editing.js').Editing|null} editing
 * @param {import('./replying.js').Replying|null} replying
 * @param {AbortSignal} signal when the chat is left
 */
export function offerActions(view, { me, outbox, texts }, editing, replying, signal) {
  const { find, thread, changes, composer, notice, data } = view;
  const list = find('messages');
  const menu = new MessageMenu(find('message-menu'), signal);
  const reactions = composer ? data.reactions : [];

  /** What may be done with a message; the server decides in any case. */
  const offered = (item) => {
    const state = changes.stateOf(item);
    const isOwn = Number(item.dataset.sender) === me.id;
    const may = new Set();
    if (!state) return may;
    if (!state.deleted) {
      may.add('copy');
      if (editing?.may(item)) may.add('edit');
      if (isOwn && isYounger(state.at, data.windows.delete)) may.add('delete');
    }
    if (state.seq && replying && !state.deleted) may.add('reply');
    if (state.seq) may.add('link');
    return may;
  };
  const open = (item, place) => {
    const state = changes.stateOf(item);
    if (!state) return;
    const canReact = !state.deleted && item.dataset.seq;
    menu.open(item, offered(item), { state, reactions: canReact ? reactions : [] }, place);
  };
  const wish = (item) => ({ thread, seq: Number(item.dataset.seq) || undefined, of: item.dataset.id });

  const actions = {
    copy: (item) => copy(changes.stateOf(item)?.text ?? ''),
    link: (item) => copy(item.querySelector('.message-link').href),
    edit: (item) => editing?.begin(item),
    reply: (item) => {
      editing?.end();
      replying?.begin(changes.stateOf(item));
      view.focus();
    },
    delete: (item) => outbox.change({ ...wish(item), kind: 'delete' }),
  };
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      notice.say(texts.copied);
      setTimeout(() => notice.takeBack(texts.copied), COPIED_MS);
    } catch {
      notice.say(texts.cannotCopy);
    }
  }

  menu.addEventListener('act', (/** @type {any} */ { detail: { item, action } }) => actions[action](item));
  const react = (/** @type {any} */ event) => {
    const item = event.target.closest('.message') ?? menu.item;
    if (item) outbox.change({ ...wish(item), kind: 'react', ...event.detail });
  };
  list.addEventListener('choose', react);
  find('message-menu').addEventListener('choose', react, { capture: true }); // before the menu is closed

  followGestures(
    list,
    open,
    (item, action) => {
      if (!offered(item).has(action)) return;
      if (action === 'delete') menu.ask(item);
      else actions[action](item);
    },
    signal,
  );
  followSwipes(list, (item) => offered(item).has('reply'), actions.reply);
  followMouse(find('message-tools'), list, find('log'), (item) => Boolean(changes.stateOf(item)), open);

  list.addEventListener('decide', (/** @type {any} */ { target, detail: { entry, decision } }) => {
    const item = target.closest('.message');
    const { seq, of, text, present } = entry;
    if (decision === 'useMine') outbox.change({ thread, seq, of, kind: 'edit', text, base: present.change });
    else if (decision === 'tryAgain') outbox.tryAgain(entry.id);
    else outbox.discard(entry.id);
    if (decision === 'edit') editing?.begin(item, { text, base: present.change });
    else item.focus({ preventScroll: true });
  });
}
