/**
 * Entry of the messenger: one socket, one outbox and the list of conversations for as long as the page lives.
 * The pane beside them, a chat or a new message, is changed by the router.
 */
import { openChat } from './chat/chat.js';
import { page } from './lib/page_data.js';
import { plural } from './lib/sentences.js';
import { localiseTimes, reportTimeZone } from './lib/time.js';
import { Today } from './lib/today.js';
import { Conversations } from './list/conversations.js';
import { openNewMessage } from './list/new_message.js';
import { setTitle, showUnread } from './list/unread_badge.js';
import { Drafts } from './net/drafts.js';
import { Outbox } from './net/outbox.js';
import { OutboxStore } from './net/outbox_store.js';
import { ChatSocket } from './net/socket.js';
import { ConnectionStatus } from './shell/connection_status.js';
import { replacePopovers } from './shell/popovers.js';
import { Router } from './shell/router.js';
import { Shortcuts } from './shell/shortcuts.js';

const { me, texts } = page;
/** @type {(selector: string) => any} finds what the page has */
const find = (selector) => document.querySelector(selector);
const socket = new ChatSocket(me.id);
const outbox = new Outbox(me, socket, new OutboxStore(me.id), texts);
const drafts = new Drafts(me.id);
const conversations = new Conversations(find('#conversations'), drafts, announceUnread);
const router = new Router();
const status = new ConnectionStatus(socket, find('#connection'), texts);
/**
 * What lives as long as the page.
 * @typedef {object} App
 * @property {{id: number, name: string}} me
 * @property {any} texts
 * @property {ChatSocket} socket
 * @property {Outbox} outbox
 * @property {Router} router
 * @property {ConnectionStatus} status
 * @property {Drafts} drafts
 * @property {Today} today
 */
const app = { me, texts, socket, outbox, router, status, drafts, today: new Today() };
if (!('popover' in HTMLElement.prototype)) replacePopovers();

let leaving = new AbortController();
/** @type {(thread: number) => boolean} whether a message that comes to a thread is seen at once */
let sees = () => false;

/** Shows the count on the tab of the browser, and announces it to screen readers. */
function announceUnread(count) {
  showUnread(count);
  find('#unread-total').textContent = count ? plural(texts.unread, count) : '';
}

/** Gives life to the pane that stands there now. */
function open(pane) {
  leaving.abort();
  leaving = new AbortController();
  conversations.select(pane.dataset.chat ? JSON.parse(pane.dataset.chat).thread.id : 0);
  if (pane.dataset.chat) {
    sees = openChat(pane, app, leaving.signal);
  } else {
    sees = () => false;
    openNewMessage(pane, app, leaving.signal);
  }
}

router.addEventListener('arrive', ({ detail: { pane, title } }) => {
  status.takeBack();
  setTitle(title);
  open(pane);
});
router.addEventListener('fail', () => status.say(texts.cannotOpen));

// Events may have been missed since the page was rendered, at first and after each reconnect.
socket.addEventListener('hello', () => conversations.refresh());
socket.addEventListener('message', ({ detail }) => conversations.receive(detail, sees(detail.thread)));
socket.addEventListener('changed', ({ detail }) => conversations.change(detail));
socket.addEventListener('read', ({ detail }) => {
  if (detail.user === me.id) conversations.read(detail);
});

const shortcuts = new Shortcuts(find('#shortcuts'));
shortcuts.addEventListener('previous', () => router.go(conversations.address(-1)));
shortcuts.addEventListener('next', () => router.go(conversations.address(1)));
shortcuts.addEventListener('new', () => router.go('/messages/#new-message'));
find('[data-shortcuts]').addEventListener('click', () => shortcuts.show());

find('form[action="/messages/sign-out/"]').addEventListener('submit', () => app.drafts.clear());

if (reportTimeZone()) localiseTimes();
showUnread(conversations.unread);
open(find('#main'));
socket.start();
