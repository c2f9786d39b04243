import { page } from '../lib/page_data.js';
import { forgetFiles } from '../net/file_database.js';
import { addressOf, beginAgain, endSession, recall, SitePage } from './site_page.js';

const FRAMED = /^\/messages\/((chat|group|to)\/[^/]+\/?|search\/)?$/;
const OPEN = 'popover' in HTMLElement.prototype ? '[popover]:popover-open, dialog[open]' : '.open, dialog[open]';

/**
 * Joins the messenger to the site's page around it, if there is one.
 * @param {import('../shell/router.js').Router} router
 * @param {import('../net/drafts.js').Drafts} drafts
 * @param {HTMLElement} list knows in how many conversations something is unread
 * @returns {(messages: number) => void} tells the site how many messages are unread
 */
export function joinSite(router, drafts, list) {
  const kept = recall();
  if (!kept) {
    show();
    return () => {};
  }
  if (document.documentElement.dataset.sub !== kept.sub) {
    beginAgain(); // the session is another person's by now
    return () => {};
  }
  show();
  const site = new SitePage(kept.origin);
  site.addEventListener('open', ({ detail }) => {
    const address = addressOf(detail);
    if (address) router.go(address);
  });
  site.addEventListener('signOut', async () => {
    drafts.clear();
    /** @type {any} */
    const form = document.querySelector('form[action="/messages/sign-out/"]');
    await Promise.allSettled([endSession(form.elements.csrf_token.value), forgetFiles(page.me.id)]);
    site.say('close');
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    if (!document.querySelector(OPEN)) site.say('close');
  });
  document.addEventListener('click', openElsewhere, { capture: true }); // before the router
  site.say('ready');
  return (messages) => site.say('unread', { threads: Number(list.dataset.unreadThreads), messages });
}

/** Until now nobody knew whose session this is. */
function show() {
  document.documentElement.classList.remove('unchecked');
}

/** Pages that no frame may show open in a tab. @param {{target: any}} event */
function openElsewhere({ target }) {
  const link = target.closest('a[href]');
  if (link && (link.origin !== location.origin || !FRAMED.test(link.pathname))) link.target = '_blank';
}

/** @returns {boolean} false if this is no frame of a site */
export const startAgain = () => beginAgain();
