/**
 * Entry of the messenger: one socket, one outbox and the list of conversations for as long as the page lives.
 * The pane beside them, a chat or a new message, is changed by the router.
 */
import { openChat } from './chat/chat.js';
import { loadFiles, loadLater, loadMessenger, loadNotifications, loadPlainPost } from './lib/later.js';
import { page } from './lib/page_data.js';
import { plural } from './lib/sentences.js';
import { localiseTimes, reportTimeZone } from './lib/time.js';
import { Today } from './lib/today.js';
import { Conversations } from './list/conversations.js';
import { showMute, showOwnName, showTitle } from './list/title.js';
import { setTitle, showUnread } from './list/unread_badge.js';
import { Drafts } from './net/drafts.js';
import { Outbox } from './net/outbox.js';
import { OutboxStore } from './net/outbox_store.js';
import { followSignOut } from './net/signing_out.js';
import { ChatSocket } from './net/socket.js';
import { Ways } from './net/ways.js';
import { ConnectionStatus } from './shell/connection_status.js';
import { replacePopovers } from './shell/popovers.js';
import { Router } from './shell/router.js';
import { SearchField } from './shell/search_field.js';
import { Shortcuts } from './shell/shortcuts.js';

const SPREAD_MS = 3_000; // after an import all lists are read again, and not all at once
const { me, texts } = page;
/** @type {(selector: string) => any} finds what the page has */
const find = (selector) => document.querySelector(selector);
const socket = new ChatSocket(me.id);
const ways = new Ways(socket, async (frame) => (await loadPlainPost()).post(frame));
const outbox = new Outbox(me, ways, new OutboxStore(me.id), texts);
const drafts = new Drafts(me.id);
const conversations = new Conversations(find('#conversations'), drafts, announceUnread);
const router = new Router();
const status = new ConnectionStatus(socket, find('#connection'), texts);
/**
 * The objects that live as long as the page.
 * @typedef {object} App
 * @property {{id: number, name: string}} me
 * @property {any} texts
 * @property {ChatSocket} socket
 * @property {Ways} ways
 * @property {Outbox} outbox
 * @property {Router} router
 * @property {ConnectionStatus} status
 * @property {Drafts} drafts
 * @property {Today} today
 */
const app = { me, texts, socket, ways, outbox, router, status, drafts, today: new Today() };
if (!('popover' in HTMLElement.prototype)) replacePopovers();
let tellSite = (_messages) => {};
if (window.parent !== window) {
  loadMessenger().then(({ joinSite }) => {
    tellSite = joinSite(router, drafts, find('#conversations'));
    tellSite(conversations.unread);
  });
}

let leaving = new AbortController();
/** @type {(thread: number) => boolean} whether a message that arrives in a thread is seen at once */
let sees = () => false;

/** Shows the count on the tab of the browser, and announces it to screen readers. */
function announceUnread(count) {
  showUnread(count);
  tellSite(count);
  find('#unread-total').textContent = count ? plural(texts.unread, count) : '';
  const row = find('.conversation-link[aria-current]')?.parentElement;
  showTitle(row, find('#main'));
  showMute(row, find('#main'));
}

/** Starts the scripts of the present pane. */
function open(pane) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { chat, group } = pane.dataset;
  conversations.select(chat ? JSON.parse(chat).thread.id : Number(group ?? 0));
  sees = chat ? openChat(pane, app, signal) : () => false;
  if (group || pane.querySelector('#new-message')) openLater(pane, signal);
}

/** Uploads the files that wait in the outbox, by a script that is loaded once there are any. */
async function upload() {
  if (!outbox.withFiles.length) return;
  try {
    (await loadFiles()).startUploads(app);
  } catch {
    /* again with the next connection */
  }
}

/** Connects a pane whose script is loaded when it is first needed; until then it works as without scripts. */
async function openLater(pane, signal) {
  const { openPane } = await loadLater();
  if (!signal.aborted) openPane(pane, app, signal);
}

router.addEventListener('arrive', ({ detail: { pane, title } }) => {
  status.takeBack();
  setTitle(title);
  open(pane);
});
router.addEventListener('fail', () => status.say(texts.cannotOpen));

// No socket brings a pane under way up to date with what a form has stored.
for (const type of ['settled', 'changed-here']) {
  outbox.addEventListener(type, () => {
    if (ways.isOpen) router.outdate();
  });
}
// Events may have been missed since the page was rendered, at first and after each reconnect.
socket.addEventListener('hello', () => conversations.refresh());
socket.addEventListener('hello', upload);
outbox.addEventListener('added', upload);
socket.addEventListener('message', ({ detail }) => conversations.receive(detail, sees(detail.thread)));
socket.addEventListener('user', ({ detail }) => {
  conversations.refresh();
  if (detail.id !== me.id) return;
  Object.assign(me, detail);
  showOwnName(find('#menu'), detail);
});
socket.addEventListener('changed', ({ detail }) => conversations.change(detail));
socket.addEventListener('thread', ({ detail }) => conversations.rename(detail));
socket.addEventListener('muted', () => conversations.refresh());
socket.addEventListener('reset', ({ detail }) => {
  if (detail.thread === null) setTimeout(() => conversations.refresh(), Math.random() * SPREAD_MS);
});
socket.addEventListener('removed', ({ detail }) => conversations.drop(detail.thread));
socket.addEventListener('read', ({ detail }) => {
  if (detail.user === me.id) conversations.read(detail);
});

const shortcuts = new Shortcuts(find('#shortcuts'));
shortcuts.addEventListener('previous', () => router.go(conversations.address(-1)));
shortcuts.addEventListener('next', () => router.go(conversations.address(1)));
const searchField = new SearchField(find('.search'), router);
shortcuts.addEventListener('search', () => searchField.focus());
shortcuts.addEventListener('new', () => router.go('/messages/#new-message'));
find('[data-shortcuts]').addEventListener('click', () => shortcuts.show());

followSignOut(find('form[action="/messages/sign-out/"]'), drafts, me.id);

// Not in a frame: push needs the chat's own tab.
if (window !== window.top) find('a[href="/messages/notifications/"]')?.setAttribute('target', '_blank');
const isInstalled = matchMedia('(display-mode: standalone)').matches;
if ('serviceWorker' in navigator && (isInstalled || window.Notification?.permission === 'granted')) {
  loadNotifications().then(({ followNotifications }) => followNotifications(app, find('#conversations')));
}

if (reportTimeZone()) localiseTimes();
showUnread(conversations.unread);
tellSite(conversations.unread);
open(find('#main'));
socket.start();
