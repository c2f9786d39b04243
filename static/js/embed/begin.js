/**
 * Entry of the frame's first page: goes on to the messenger if the session is that of the site's person, and else signs
 * them in by a token. Where that does not work, a link opens the chat in a tab.
 */
import { Drafts } from '../net/drafts.js';
import { forgetFiles } from '../net/file_database.js';
import { addressOf, endSession, keep, recall, SitePage } from './site_page.js';

const PATIENCE_MS = 15_000;
const APART_MS = 60_000; // of two tabs with two people, each would end the other's session for ever

/** @type {any} */
const main = document.querySelector('main');
const { there, signOut } = main.dataset;
const kept = { renewed: 0, ...recall() };
const origin = main.dataset.origin || kept.origin;
const isAgain = !main.dataset.origin || new URLSearchParams(location.search).has('again');
const isTooSoon = isAgain && Date.now() - kept.renewed < APART_MS;
const renewed = isAgain ? Date.now() : kept.renewed;
let sub = main.dataset.origin ? main.dataset.sub : kept.sub;
let target = main.dataset.path;
let patience = 0;

if (window.parent === window || !origin) offerTab();
else begin(new SitePage(origin));

/** @param {SitePage} site */
function begin(site) {
  site.addEventListener('open', ({ detail }) => {
    target = addressOf(detail) || target;
  });
  site.addEventListener('token', ({ detail }) => signIn(detail.token));
  site.addEventListener('signOut', async () => {
    if (signOut) await leave().catch(() => {});
    site.say('close');
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') site.say('close');
  });
  document.addEventListener('visibilitychange', comeBack);
  addEventListener('focus', comeBack);
  if (isTooSoon) offerTab();
  else if (there) goOn();
  else {
    site.say('needToken');
    patience = setTimeout(offerTab, PATIENCE_MS);
  }
}

/** Posts a token, and looks whether the browser keeps the session's cookie in this frame. */
async function signIn(token) {
  clearTimeout(patience);
  const body = new URLSearchParams({ token: String(token ?? '') });
  const headers = { Accept: 'application/json' };
  try {
    const answer = await fetch('/messages/sso/', { method: 'POST', body, headers, redirect: 'manual' });
    if (answer.type !== 'opaqueredirect') offerTab((await answer.json()).error);
    else if (await isSignedIn()) goOn();
    else offerTab();
  } catch {
    offerTab();
  }
}

/** @returns {Promise<boolean>} whether the session is that of the site's person */
async function isSignedIn() {
  const user = await whoIsHere();
  if (!user) return false;
  sub ||= user.sub;
  return user.sub === sub;
}

/** @returns {Promise<{id: number, sub: string}|null>} */
async function whoIsHere() {
  const answer = await fetch('/messages/session', { cache: 'no-store' });
  return answer.ok ? (await answer.json()).user : null;
}

/** Ends the session. Signing out leaves no drafts and no files in this browser, whether the chat was open or not. */
async function leave() {
  const user = await whoIsHere().catch(() => null);
  if (user) new Drafts(user.id).clear();
  await Promise.allSettled([endSession(signOut), user && forgetFiles(user.id)]);
}

function goOn() {
  keep({ origin, sub, renewed });
  location.replace(target);
}

function offerTab(sentence = '') {
  clearTimeout(patience);
  /** @type {any} */
  const failed = document.getElementById('failed');
  if (sentence) failed.querySelector('[role=alert]').textContent = sentence;
  failed.hidden = false;
  main.querySelector('[role=status]').hidden = true;
}

/** In the tab one may have signed in. */
async function comeBack() {
  const isWaiting = document.getElementById('failed')?.hidden === false;
  if (isWaiting && sub && !document.hidden && (await isSignedIn().catch(() => false))) goOn();
}
