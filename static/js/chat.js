/** Entry of the chat page: wires the modules, and nothing else. */
import { Composer } from './composer.js';
import { showConnection } from './connection_status.js';
import { Counts } from './counts.js';
import { History } from './history.js';
import { MessageList } from './messages.js';
import { countNewMessages } from './new_messages.js';
import { Outbox } from './outbox.js';
import { OutboxStore } from './outbox_store.js';
import { sendPlainly } from './plain_send.js';
import { Reading } from './reading.js';
import { reloadPage } from './reload.js';
import { EndScroll } from './scroll.js';
import { ChatSocket } from './socket.js';
import { page } from './texts.js';
import { Timeline } from './timeline.js';
import { Typing } from './typing.js';

const { me, people, texts } = page;
const thread = page.thread.id;
const find = (id) => document.getElementById(id);

const socket = new ChatSocket(me.id);
const outbox = new Outbox(me, socket, new OutboxStore(me.id), texts);
const scroll = new EndScroll(find('log'));
const list = new MessageList(find('messages'), find('blank-message'), me, scroll, texts);
const timeline = new Timeline(page.thread.total);
const counts = new Counts(find('counts'), page.thread);
const countNew = countNewMessages(find('new-messages'), scroll, texts.newMessages);
const earlier = new History(find('earlier'), thread, list, page.more);
const reading = new Reading(socket, thread, timeline, scroll, page.thread.readSeq);
const typing = new Typing(socket, thread, find('typing'), texts);
const form = find('composer');
const composer = new Composer(form, texts, `chatserver.draft.${me.id}.${thread}`);

function notify(sentence) {
  find('notice-text').textContent = sentence;
  find('notice').hidden = !sentence;
}

function receive(message) {
  if (!timeline.add(message.seq)) { list.drop(message.id); return; }
  const own = message.sender.id === me.id;
  if (!own) { countNew(); typing.stopped(message.sender.id); }
  list.add(message);
  find('no-messages').hidden = true;
  counts.add(own);
  reading.notice();
}

const ofThisThread = (handle) => ({ detail }) => { if (detail.thread === thread) handle(detail); };
const on = (source, type, handle) => source.addEventListener(type, ofThisThread(handle));

const open = () => socket.send({ type: 'open', thread, after: timeline.contiguous });
socket.addEventListener('hello', open);
on(socket, 'message', receive);
on(socket, 'typing', ({ user }) => typing.started(user));
on(socket, 'reset', reloadPage);
on(socket, 'opened', (opened) => {
  if (timeline.contiguous < opened.last) { reloadPage(); return; }
  typing.know(opened.people);
  reading.startFrom(opened.people.find(({ id }) => id === me.id)?.read ?? 0);
});
on(socket, 'error', ({ id, code, message, retry_after: retryAfter = 2 }) => {
  if (id) return; // of a message: the outbox's
  if (code === 'no_such_thread') notify(message); // what is typed can still be copied
  // What was missed is missed still, and a mark may be lost: opening again makes both good.
  if (code === 'unavailable') setTimeout(open, retryAfter * 1000);
});
socket.addEventListener('statechange', () => {
  const plain = socket.state === 'unsupported' || socket.state === 'blocked';
  composer.intercepts = !plain;
  find('send-plainly').hidden = !plain || !outbox.entries(thread).length;
});
showConnection(socket, find('connection'), notify, texts);

on(outbox, 'added', (entry) => {
  list.addPending(entry);
  find('no-messages').hidden = true;
  if (outbox.isVolatile) notify(texts.memoryOnly);
});
on(outbox, 'settled', receive);
on(outbox, 'refused', (entry) => list.refuse(entry));
on(outbox, 'discarded', ({ id }) => list.drop(id));
list.addEventListener('tryagain', ({ detail }) => outbox.tryAgain(detail));
list.addEventListener('discard', ({ detail }) => { outbox.discard(detail); composer.focus(); });

composer.addEventListener('compose', ({ detail }) => { outbox.add(thread, detail); typing.sent(); });
composer.addEventListener('write', () => typing.tell());
find('new-messages').addEventListener('click', () => composer.focus());
find('send-plainly').addEventListener('click', () => sendPlainly(form, outbox.entries(thread)[0]));
earlier.addEventListener('failed', () => notify(texts.historyFailed));
addEventListener('beforeunload', (event) => { if (outbox.isVolatile) event.preventDefault(); });

typing.know(people);
for (const id of list.ownIds) outbox.forget(id);
for (const entry of outbox.entries(thread)) {
  list.addPending(entry);
  if (entry.state === 'refused') list.refuse(entry);
}
socket.start();
