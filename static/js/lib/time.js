/** Moments as this person reads them, in the zone chosen or this browser's: the same words as the server writes. */
const YEAR_S = 365 * 24 * 3600;
const DAY_MS = 24 * 3600 * 1000;

const language = document.documentElement.lang;
const locale = chooseLocale();
const timeZone = chosenZone();
const inLocale = (options) => new Intl.DateTimeFormat(locale, { ...options, timeZone });
const clockFormat = inLocale({ timeStyle: 'short' });
const secondsFormat = inLocale({ timeStyle: 'medium' });
const weekdayFormat = inLocale({ weekday: 'short' });
const dayFormat = inLocale({ month: 'long', day: 'numeric' });
const longFormat = inLocale({ dateStyle: 'long' });
const shortFormat = inLocale({ dateStyle: 'short' });
const numeralFormat = new Intl.DateTimeFormat('en', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone });
const recentFormat = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });

/** Whose clock and dates: the first locale this person prefers in the page's language, like `en-GB`; else that. */
function chooseLocale() {
  const tag = navigator.languages.find((each) => each.toLowerCase().split('-')[0] === language);
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? language;
  } catch {
    return language; // some systems report "en-US@posix"
  }
}

/** The zone that the page was drawn for by choice; undefined, the browser's own, when there is none it knows. */
function chosenZone() {
  const { zone } = document.documentElement.dataset;
  try {
    return zone ? new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone : undefined;
  } catch {
    return undefined;
  }
}

/** Tells the server the browser's own IANA zone. Returns whether the page was drawn for another, and not by choice. */
export function reportTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const cookie = `chat_timezone=${zone}`;
  if (!zone || document.cookie.split('; ').includes(cookie)) return false;
  // biome-ignore lint/suspicious/noDocumentCookie: the supported browsers have no Cookie Store
  document.cookie = `${cookie}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
  return !timeZone;
}

/**
 * Writes all times anew: after the zone turned out to be another, or the day changed.
 * @param {Document|Element} [root]
 */
export function localiseTimes(root = document) {
  for (const element of root.querySelectorAll('time[datetime]')) write(element);
}

/**
 * @param {HTMLTimeElement} element
 * @param {string} iso
 * @param {'clock'|'list'|'day'|'title'} [format] the full date and time when omitted; they are the title in any case,
 *   and with `title` the text stays
 */
export function showTime(element, iso, format) {
  element.dateTime = iso;
  if (format) element.dataset.format = format;
  else delete element.dataset.format;
  write(element);
}

function write(element) {
  const moment = new Date(element.dateTime);
  element.title = full(moment);
  const { format } = element.dataset;
  if (format !== 'title') element.textContent = (SHAPES[format] ?? full)(moment);
}

/** November 23, 2026, 6:04:05 PM. @param {Date} moment */
export const full = (moment) => `${unbroken(longFormat.format(moment))}, ${unbroken(secondsFormat.format(moment))}`;

/** 18:04, or 6:04 PM. */
export const clock = (moment) => unbroken(clockFormat.format(moment));

/** Today, Yesterday, November 23, or November 23, 2025 when that is another year than today's. */
function dayName(moment) {
  const isOfThisYear = numerals(moment).year === numerals(new Date()).year;
  return recent(moment) || unbroken((isOfThisYear ? dayFormat : longFormat).format(moment));
}

/** As short as a list needs: the clock of today, Yesterday, Sat within a week, else 11/23/2026. */
function listTime(moment) {
  const days = daysAgo(moment);
  if (days === 0) return clock(moment);
  return recent(moment) || (days > 0 && days < 7 ? capitalised(weekdayFormat.format(moment)) : shortDate(moment));
}

const SHAPES = { clock, list: listTime, day: dayName };

/** CLDR's own "today" and "yesterday": no sentence of the page is needed where there is none. */
function recent(moment) {
  const days = daysAgo(moment);
  if (days !== 0 && days !== 1) return '';
  return capitalised(recentFormat.format(-days, 'day'));
}

/** By the calendar, however long the days are. */
export function daysAgo(moment) {
  const dayNumber = (each) => Date.parse(dayOf(each)) / DAY_MS;
  return dayNumber(new Date()) - dayNumber(moment);
}

/** 11/23/2026: the whole year, where short dates cut it. */
export function shortDate(moment) {
  const parts = shortFormat
    .formatToParts(moment)
    .map(({ type, value }) => (type === 'year' ? numerals(moment).year : value));
  return unbroken(parts.join(''));
}

/** The day of the calendar there, to be compared: 2026-11-23. */
export function dayOf(moment) {
  const { year, month, day } = numerals(moment);
  return `${year}-${month}-${day}`;
}

function numerals(moment) {
  return Object.fromEntries(numeralFormat.formatToParts(moment).map(({ type, value }) => [type, value]));
}

const capitalised = (word) => word[0].toUpperCase() + word.slice(1);
const unbroken = (words) => words.replace(/\s/g, '\u00a0'); // browsers differ in which space they write

/** @param {string} at a time @param {number} seconds 0 for no limit */
export function isYounger(at, seconds) {
  return !seconds || Date.now() - new Date(at).getTime() < seconds * 1000;
}
