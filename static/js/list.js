/** Entry of the conversations page: wires the modules, and nothing else. */
import { showConnection } from './connection_status.js';
import { Conversations } from './conversations.js';
import { Outbox } from './outbox.js';
import { OutboxStore } from './outbox_store.js';
import { ChatSocket } from './socket.js';
import { page } from './texts.js';

const { me, texts } = page;
const socket = new ChatSocket(me.id);
const conversations = new Conversations(document.getElementById('conversations'));
const notice = document.getElementById('notice');

function notify(sentence) {
  notice.textContent = sentence;
  notice.hidden = !sentence;
}

// What was left unsent in a chat is sent from here too.
new Outbox(me, socket, new OutboxStore(me.id), texts);
showConnection(socket, document.getElementById('connection'), notify, texts);

// Between the drawing of the page and this moment news may have passed by, at first and at each return.
socket.addEventListener('hello', () => conversations.refresh());
socket.addEventListener('message', ({ detail }) => conversations.receive(detail));
socket.addEventListener('read', ({ detail }) => { if (detail.user === me.id) conversations.read(detail); });
socket.start();
