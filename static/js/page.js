/** Entry of every page but the messenger's. */

import { page } from './lib/page_data.js';
import { localiseTimes, reportTimeZone } from './lib/time.js';
import { Today } from './lib/today.js';
import { Drafts } from './net/drafts.js';
import { forgetWhoLeft, noteLeaving } from './net/leaving.js';
import { followExport } from './shell/export.js';

if (reportTimeZone()) localiseTimes();
new Today(); // what it says of times stays right over midnight
const signOut = document.querySelector('form[action="/messages/sign-out/"]');
signOut?.addEventListener('submit', () => new Drafts(page.me.id).clear());
const leaving = document.querySelector('form[action="/messages/account/delete/"]');
leaving?.addEventListener('submit', () => noteLeaving(page.me.id));
if (document.querySelector('#deleted')) forgetWhoLeft();
const gathering = document.querySelector('#export[data-running]');
if (gathering) followExport(gathering);
