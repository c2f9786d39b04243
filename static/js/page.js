/** Entry of every page but the messenger's. */

import { page } from './lib/page_data.js';
import { localiseTimes, reportTimeZone } from './lib/time.js';
import { Today } from './lib/today.js';
import { Drafts } from './net/drafts.js';
import { forgetWhoLeft, noteLeaving } from './net/leaving.js';
import { followSignOut } from './net/signing_out.js';
import { followExport } from './shell/export.js';

if (reportTimeZone()) localiseTimes();
new Today(); // keeps its times right past midnight
if (page.me)
  followSignOut(document.querySelector('form[action="/messages/sign-out/"]'), new Drafts(page.me.id), page.me.id);
const leaving = document.querySelector('form[action="/messages/account/delete/"]');
leaving?.addEventListener('submit', () => noteLeaving(page.me.id));
if (document.querySelector('#deleted')) forgetWhoLeft();
/** @type {HTMLFormElement|null} */
const again = document.querySelector('form[data-send-at-once]');
again?.submit();
const gathering = document.querySelector('#export[data-running]');
if (gathering) followExport(gathering);
