/** Entry of every page but the messenger's. */
import { Drafts } from './storage.js';
import { page } from './texts.js';
import { localiseTimes, tellTimeZone } from './time.js';

if (tellTimeZone()) localiseTimes();
const signOut = document.querySelector('form[action="/messages/sign-out/"]');
signOut?.addEventListener('submit', () => new Drafts(page.me.id).clear());
const gathering = document.querySelector('#export[data-running]');
if (gathering) import('./export.js').then(({ followExport }) => followExport(gathering));
