/** Entry of every page. */
import { localiseTimes, tellTimeZone } from './time.js';

if (tellTimeZone()) localiseTimes();
