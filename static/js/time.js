/** Moments as this person reads them, in the zone of this browser: the same words as the server writes. */
const YEAR_S = 365 * 24 * 3600;
const DAY_MS = 24 * 3600 * 1000;

const language = document.documentElement.lang;
const locale = chooseLocale();
const clockFormat = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const dayFormat = new Intl.DateTimeFormat(locale, { month: 'long', day: 'numeric' });
const dateFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
const recentFormat = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });

/** Whose clock and dates: the first locale this person prefers in the page's language, like `en-GB`; else that. */
function chooseLocale() {
  const tag = navigator.languages.find((each) => each.toLowerCase().split('-')[0] === language);
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? language;
  } catch {
    return language; // some systems make it "en-US@posix"
  }
}

/** Tells the server our IANA zone. Returns whether the page was drawn for another. */
export function tellTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const cookie = `timezone=${zone}`;
  if (!zone || document.cookie.split('; ').includes(cookie)) return false;
  document.cookie = `${cookie}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
  return true;
}

/** Writes all times anew: after the zone turned out to be another, or the day changed. */
export function localiseTimes(root = document) {
  for (const element of root.querySelectorAll('time[datetime]')) write(element);
}

/**
 * @param {HTMLTimeElement} element
 * @param {string} iso
 * @param {'clock'|'list'|'day'} [format] the full date and time when omitted; they are the title in any case
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
  element.textContent = (SHAPES[element.dataset.format] ?? full)(moment);
}

/** 23.11.2026 18:04:05, in every language. @param {Date} moment */
export function full(moment) {
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(':');
  return `${numbers(moment)} ${time}`;
}

/** 18:04, or 6:04 PM. */
export const clock = (moment) => unbroken(clockFormat.format(moment));

/** Today, Yesterday, November 23, or November 23, 2025 when that is another year than today's. */
function dayName(moment) {
  const isOfThisYear = moment.getFullYear() === new Date().getFullYear();
  return recent(moment) || unbroken((isOfThisYear ? dayFormat : dateFormat).format(moment));
}

/** As short as a list needs: the clock of today, Yesterday, else 23.11.2026. */
const listTime = (moment) => (daysAgo(moment) === 0 ? clock(moment) : recent(moment) || numbers(moment));

const SHAPES = { clock, list: listTime, day: dayName };

/** CLDR's own "today" and "yesterday": no sentence of the page is needed where there is none. */
function recent(moment) {
  const days = daysAgo(moment);
  if (days !== 0 && days !== 1) return '';
  const word = recentFormat.format(-days, 'day');
  return word[0].toUpperCase() + word.slice(1);
}

/** By the calendar, however long the days are. */
export function daysAgo(moment) {
  const day = (each) => Date.UTC(each.getFullYear(), each.getMonth(), each.getDate()) / DAY_MS;
  return day(new Date()) - day(moment);
}

const two = (number) => String(number).padStart(2, '0');
/** 23.11.2026, in every language. */
export const numbers = (moment) => `${two(moment.getDate())}.${two(moment.getMonth() + 1)}.${moment.getFullYear()}`;
const unbroken = (words) => words.replace(/\s/g, '\u00a0'); // browsers differ in which space they write
