import { isYounger } from '../lib/time.js';
import { followGestures } from './menu_gestures.js';
import { MessageMenu } from './message_menu.js';
import { followMouse } from './message_tools.js';
import { allWhoReacted } from './reactions.js';
import { followSwipes } from './swipe.js';

const COPIED_MS = 2_000;

/**
 * The actions on messages of an open chat, by their menu, their reactions and keys.
 * @param {import('./view.js').ChatView} view
 * @param {import('../app.js').App} app
 * @param {import('./editing.js').Editing|null} editing
 * @param {import('./replying.js').Replying|null} replying
 * @param {AbortSignal} signal when the chat is left
 */
export function offerActions(view, { me, outbox, texts }, editing, replying, signal) {
  const { find, thread, changes, composer, notice, data, people, group } = view;
  const list = find('messages');
  const menu = new MessageMenu(find('message-menu'), texts, signal);
  const reactions = composer ? data.reactions : [];

  /** Returns the actions to offer for a message; the server decides in any case. */
  const offered = (item) => {
    const state = changes.stateOf(item);
    const isOwn = Number(item.dataset.sender) === me.id;
    const may = new Set();
    if (!state) return may;
    if (state.text) may.add('copy');
    if (group.isOut) return may;
    if (!state.deleted) {
      if (editing?.may(item)) may.add('edit');
      const isOfGroup = people.owns && state.seq; // an owner may delete anybody's, at any time
      if (isOfGroup || (isOwn && isYounger(state.at, data.windows.delete))) may.add('delete');
      if (isOwn && state.seq && people.all.length > 1) may.add('seen');
    }
    if (state.seq && replying && !state.deleted) may.add('reply');
    if (state.seq) may.add('link');
    return may;
  };
  const open = (item, place) => {
    const state = changes.stateOf(item);
    if (!state) return;
    const canReact = !state.deleted && item.dataset.seq && !group.isOut;
    const seen = people.seen(state.seq);
    menu.open(item, offered(item), { state, reactions: canReact ? reactions : [], seen }, place);
  };
  const about = (item) => ({ thread, seq: Number(item.dataset.seq) || undefined, of: item.dataset.id });

  const actions = {
    copy: (item) => copy(changes.stateOf(item)?.text ?? ''),
    link: (item) => copy(item.querySelector('.message-link').href),
    edit: (item) => editing?.begin(item),
    reply: (item) => {
      editing?.end();
      replying?.begin(changes.stateOf(item));
      view.focus();
    },
    delete: (item) => outbox.change({ ...about(item), kind: 'delete' }),
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

  people.addEventListener('read', () => {
    if (menu.item) menu.showSeen(people.seen(Number(menu.item.dataset.seq)));
  });
  menu.addEventListener('act', (/** @type {any} */ { detail: { item, action } }) => actions[action](item));
  const react = (/** @type {any} */ event) => {
    const item = event.target.closest('.message') ?? menu.item;
    if (item) outbox.change({ ...about(item), kind: 'react', ...event.detail });
  };
  list.addEventListener('choose', react);
  find('message-menu').addEventListener('choose', react, { capture: true }); // before the menu is closed

  const tell = (chip) => {
    const names = allWhoReacted(chip, { me: me.id, people: view.people, texts });
    if (!names) return false;
    menu.tell(chip, names);
    view.announcer.say(names);
    return true;
  };
  followGestures(
    list,
    open,
    tell,
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
