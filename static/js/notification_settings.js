/** Entry of the page of notifications: turns the pushes of this browser on and off, or says what is in the way. */

import { page } from './lib/page_data.js';
import { canPush, keep, turnOff, turnOn } from './net/push.js';

/** @type {any} */
const section = document.querySelector('#push');

/** What stands in the way of pushes, or whether they are on. */
async function look() {
  if (window !== window.top) return 'framed';
  if (!canPush) return /** @type {any} */ (navigator).standalone === false ? 'install' : 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  return (await keep(page.me.id)) ? 'on' : 'off';
}

function show(...names) {
  for (const part of section.querySelectorAll('[data-push]')) part.hidden = !names.includes(part.dataset.push);
}

async function begin() {
  try {
    show(await look());
  } catch {
    show('failed', 'off');
  }
}

async function switchOn() {
  if ((await Notification.requestPermission()) === 'granted') await turnOn(page.me.id);
  else show(await look());
}

/** @param {() => Promise<void>} work after which the page is read again: its list has changed */
async function change(work) {
  section.ariaBusy = 'true';
  try {
    await work();
    if (Notification.permission !== 'denied') location.reload();
  } catch {
    show('failed', 'off');
  }
  section.ariaBusy = null;
}

if (section) {
  section.querySelector('#turn-on').addEventListener('click', () => change(switchOn));
  section.querySelector('#turn-off').addEventListener('click', () => change(turnOff));
  begin();
}
