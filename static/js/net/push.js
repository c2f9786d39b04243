/**
 * The pushes of this browser: its subscription at its push service, and what the server knows of it. A subscription
 * belongs to the person who turned it on, whom the browser remembers: for anybody else it ends.
 */

import { within } from './patience.js';
import { ownsPush, setPushOwner } from './push_owner.js';

const WORKER = '/messages/sw.js';
const SERVER = '/messages/push';
const PATIENCE_MS = 15_000;

/** Whether this browser can get pushes at all. */
export const canPush = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** @returns {Promise<any>} the service worker's registration */
export async function register() {
  await navigator.serviceWorker.register(WORKER, { scope: '/messages/', updateViaCache: 'none' });
  return navigator.serviceWorker.ready;
}

/** Subscribes this browser for a person, and tells the server. @param {number} me */
export async function turnOn(me) {
  const registration = await register();
  const { key } = await state();
  await put(await subscription(registration, key));
  setPushOwner(me);
}

/** Ends the pushes of this browser. */
export async function turnOff() {
  setPushOwner(0);
  await ask('DELETE');
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/**
 * Makes good what the browser or the server has lost, and ends what was another person's.
 * @param {number} me
 * @returns {Promise<boolean>} whether this browser gets this person's pushes
 */
export async function keep(me) {
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  const present = await registration?.pushManager.getSubscription();
  const { subscribed } = await state();
  if (present && subscribed) return true;
  if (ownsPush(me) && Notification.permission === 'granted') {
    await turnOn(me);
    return true;
  }
  await present?.unsubscribe();
  if (subscribed) await ask('DELETE');
  return false;
}

/** @returns {Promise<{key: string|null, subscribed: boolean}>} */
async function state() {
  const response = await fetch(SERVER, { cache: 'no-store', signal: within(PATIENCE_MS) });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.json();
}

/** Returns the browser's subscription under this key: one under a former key would get nothing. */
async function subscription(registration, key) {
  const { pushManager } = registration;
  const present = await pushManager.getSubscription();
  if (present && encoded(present.options.applicationServerKey) === key) return present;
  await present?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** @param {ArrayBuffer} bytes */
function encoded(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function put(made) {
  const { endpoint, keys } = made.toJSON();
  await ask('PUT', JSON.stringify({ endpoint, keys }));
}

/** @param {string} method @param {string} [body] */
async function ask(method, body) {
  /** @type {any} */
  const token = document.querySelector('input[name="csrf_token"]');
  const headers = { 'X-CSRF-Token': token.value, 'Content-Type': 'application/json' };
  const response = await fetch(SERVER, { method, body, headers, signal: within(PATIENCE_MS) });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
}
