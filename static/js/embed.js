/**
 * `ChatServer` for the pages of a site, served as `/messages/embed.js`: a button, the messenger in a frame, the number
 * of what is unread in all elements with `data-chat-unread`.
 */
import { Panel } from './embed/panel.js';

const PATIENCE_MS = 10_000;
/** @type {any} */
const script = document.currentScript;
const chat = new URL(script.src).origin;
const panel = new Panel(() => (panel.isOpen ? close() : open()));
const events = new EventTarget();
/** @type {{sub: string, token: () => any}|null} */
let person = null;
/** @type {any} */
let counter = null; // the hidden frame, until the messenger counts
/** @type {any} */
let messenger = null;
let isReady = false;
/** @type {any} */
let wanted = null; // to be opened as soon as the messenger is ready
/** @type {(() => void)|null} */
let left = null; // called when the chat's session has ended

/**
 * Offers the messenger to the person who is signed in at the site.
 * @param {{sub: string, token: () => string|Promise<string>}} who `token` gets a new token from the site's server
 */
function signIn({ sub, token }) {
  left?.();
  if (person && person.sub !== String(sub)) forget();
  person = { sub: String(sub), token };
  panel.offer(true);
  if (counter || messenger) return;
  counter = frame('count', { sub: person.sub });
  panel.hold(counter, false);
}

/** @param {{to?: string, thread?: number}} [target] a person's sub, or a thread; by default the list */
function open(target = {}) {
  if (!person) throw new Error('ChatServer: nobody is signed in');
  if (messenger && isReady) tell('open', target);
  else if (!messenger) begin({ sub: person.sub, next: addressOf(target) });
  else wanted = target;
  panel.open();
}

function close() {
  panel.close();
}

/** Ends the chat's session of this browser. @returns {Promise<void>} when that is done */
function signOut() {
  left?.();
  return new Promise((resolve) => {
    const timer = setTimeout(() => left?.(), PATIENCE_MS);
    left = () => {
      clearTimeout(timer);
      left = null;
      forget();
      resolve();
    };
    person = null;
    panel.close();
    panel.offer(true);
    if (messenger) tell('signOut');
    else begin({});
  });
}

/** @param {'ready'|'unread'} name @param {(detail: any) => void} heard `unread` brings `{threads, messages}` */
function on(name, heard) {
  events.addEventListener(name, ({ detail }) => heard(detail));
}

function begin(query) {
  isReady = false;
  messenger = frame('', query);
  messenger.allow = 'clipboard-write';
  panel.hold(messenger, true);
}

function frame(path, query) {
  const made = document.createElement('iframe');
  made.src = `${chat}/messages/embed/${path}?${new URLSearchParams({ origin: location.origin, ...query })}`;
  return made;
}

/** @param {{to?: string, thread?: number}} target @returns {string} the page of the chat */
function addressOf({ to, thread }) {
  if (to) return `/messages/to/${encodeURIComponent(to)}`;
  return thread ? `/messages/chat/${thread}/` : '/messages/';
}

/** Removes what belongs to a person. */
function forget() {
  counter?.remove();
  messenger?.remove();
  counter = messenger = person = wanted = null;
  panel.close();
  panel.offer(false);
  show({ threads: 0, messages: 0 });
}

function tell(type, fields = {}) {
  messenger.contentWindow.postMessage({ chatserver: 1, type, ...fields }, chat);
}

addEventListener('message', ({ source, origin, data }) => {
  if (origin !== chat || data?.chatserver !== 1) return;
  const isMessengers = messenger && source === messenger.contentWindow;
  const isCounters = counter && source === counter.contentWindow;
  if (data.type === 'unread' && (isMessengers || isCounters)) show(data);
  else if (isMessengers) hear(data.type);
});

function hear(type) {
  if (left) {
    if (type === 'close') left();
    else tell('signOut');
  } else if (type === 'needToken') giveToken();
  else if (type === 'ready') meet();
  else if (type === 'close') close();
}

async function giveToken() {
  isReady = false;
  const asked = messenger;
  const token = await Promise.resolve()
    .then(() => person?.token())
    .catch(() => '');
  if (asked === messenger) tell('token', { token });
}

function meet() {
  isReady = true;
  counter?.remove();
  counter = null;
  if (wanted) tell('open', wanted);
  wanted = null;
  events.dispatchEvent(new CustomEvent('ready'));
}

function show({ threads, messages }) {
  for (const element of document.querySelectorAll('[data-chat-unread]')) {
    element.textContent = messages;
    element.toggleAttribute('hidden', !messages);
  }
  panel.count(messages);
  events.dispatchEvent(new CustomEvent('unread', { detail: { threads, messages } }));
}

Object.assign(window, { ChatServer: { signIn, open, close, signOut, on } });
