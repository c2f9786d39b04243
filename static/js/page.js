/** Entry of every page but the messenger's. */
import { Drafts, forgetWhoLeft, noteLeaving } from './storage.js';
import { page } from './texts.js';
import { localiseTimes, Today, tellTimeZone } from './time.js';

if (tellTimeZone()) localiseTimes();
new Today(); // what it says of times stays right over midnight
const signOut = document.querySelector('form[action="/messages/sign-out/"]');
signOut?.addEventListener('submit', () => new Drafts(page.me.id).clear());
const leaving = document.querySelector('form[action="/messages/account/delete/"]');
leaving?.addEventListener('submit', () => noteLeaving(page.me.id));
if (document.querySelector('#deleted')) forgetWhoLeft();
const gathering = document.querySelector('#export[data-running]');
if (gathering) import('./export.js').then(({ followExport }) => followExport(gathering));
