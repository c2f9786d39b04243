/**
 * What a message shows depends on the one before: a new day stands between them, or they belong together when
 * one person said both in one minute and no note parts them. The server draws a page by the same rules.
 */
import { dayOf, showTime } from '../lib/time.js';

/**
 * @param {HTMLElement} item a message that has arrived, or whose predecessor has changed
 * @param {{content: any}} blankDay a template
 */
export function arrange(item, blankDay) {
  const between = [];
  /** @type {any} */
  let before = item.previousElementSibling;
  for (; before && !before.matches('.message, .note'); before = before.previousElementSibling) between.push(before);
  const isNoted = Boolean(before?.matches('.note'));
  while (before && !before.matches('.message')) before = before.previousElementSibling;
  const isNewDay = !isPending(item) && (!before || dayOf(momentOf(before)) !== dayOf(momentOf(item)));
  let day = between.find((each) => each.matches('.day'));
  if (!isNewDay) {
    day?.remove();
  } else {
    if (!day) {
      day = blankDay.content.firstElementChild.cloneNode(true);
      (between.at(-1) ?? item).before(day);
    }
    showTime(timeOf(day), timeOf(item).dateTime, 'day');
  }
  const line = between.some((each) => each.matches('.unread-line'));
  const together =
    Boolean(before) &&
    !line &&
    !isNoted &&
    !isNewDay &&
    minuteOf(before) === minuteOf(item) &&
    before.dataset.sender === item.dataset.sender;
  item.classList.toggle('continues', together);
  before?.classList.toggle('continued', together);
}

/** The message after this one, over lines and days. */
export function following(item) {
  let next = item.nextElementSibling;
  while (next && !next.matches('.message')) next = next.nextElementSibling;
  return next;
}

const isPending = (item) => !item.dataset.seq;
const timeOf = (item) => item.querySelector('time:not(.message-edited)');
const momentOf = (item) => new Date(timeOf(item).dateTime);
const minuteOf = (item) => Math.floor(momentOf(item).getTime() / 60_000);
