/** Times in the zone of this browser: the same shapes as the server writes them. */
const YEAR_S = 365 * 24 * 3600;

/** Tells the server our IANA zone. Returns whether the page was drawn for another. */
export function tellTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const cookie = `timezone=${zone}`;
  if (!zone || document.cookie.split('; ').includes(cookie)) return false;
  document.cookie = `${cookie}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
  return true;
}

export function localiseTimes(root = document) {
  for (const element of root.querySelectorAll('time[datetime]')) {
    const date = new Date(element.dateTime);
    element.textContent = element.dataset.format === 'minutes' ? upToMinutes(date) : full(date);
  }
}

/** Shows the time of what has just come: today's without the date, which stands in the title. */
export function showLiveTime(element, iso) {
  const date = new Date(iso);
  element.dateTime = iso;
  element.title = full(date);
  element.textContent = day(date) === day(new Date()) ? clock(date) : full(date);
}

export function showTime(element, iso) {
  element.dateTime = iso;
  element.textContent = full(new Date(iso));
}

export function showMinutes(element, iso) {
  element.dateTime = iso;
  element.textContent = upToMinutes(new Date(iso));
}

const two = (number) => String(number).padStart(2, '0');
const day = (date) => `${two(date.getDate())}.${two(date.getMonth() + 1)}.${date.getFullYear()}`;
const clock = (date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
const full = (date) => `${day(date)} ${clock(date)}`;
const upToMinutes = (date) => full(date).slice(0, -3);
