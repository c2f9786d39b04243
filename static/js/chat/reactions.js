/** Reactions: the chips below a message, and the short list to choose from. Both fire `choose` ({emoji, on}). */

import { text } from '../lib/sentences.js';
import { shownName } from '../lib/shown.js';

const NAMED = 10; // people in the label of a chip

/**
 * @param {any} item a message
 * @param {import('./states.js').State} state
 * @param {{me: number, people: any, texts: any, canReact?: boolean}} scene chips are buttons where one can react
 */
export function drawReactions(item, { reactions, mine }, scene) {
  const chips = Object.entries(reactions).map(([emoji, who]) => chip(emoji, who, mine.includes(emoji), scene));
  const shown = item.querySelector('.message-reactions');
  if (!chips.length) {
    if (shown?.contains(document.activeElement)) item.focus({ preventScroll: true });
    shown?.remove();
    return;
  }
  const row = shown ?? document.createElement('div');
  const focused = row.contains(document.activeElement) && document.activeElement?.getAttribute('data-emoji');
  row.className = 'message-reactions';
  row.replaceChildren(...chips);
  if (!shown) item.querySelector('.message-foot').before(row);
  if (focused) (chips.find(({ dataset }) => dataset.emoji === focused) ?? item).focus({ preventScroll: true });
}

function chip(emoji, who, isMine, scene) {
  const element = document.createElement(scene.canReact ? 'button' : 'span');
  element.className = 'chip';
  element.classList.toggle('mine', isMine);
  element.dataset.emoji = emoji;
  const isCount = !Array.isArray(who);
  if (isCount) element.dataset.number = who;
  else element.dataset.people = who.join(' ');
  const number = document.createElement('span');
  number.className = 'chip-number';
  number.textContent = String(isCount ? who : who.length);
  element.append(emoji, number);
  const label = isCount ? `${emoji} ${who}` : text(scene.texts.reacted, { emoji, names: namesOf(who, scene) });
  element.title = label;
  element.setAttribute('aria-label', label);
  if (element instanceof HTMLButtonElement) {
    element.type = 'button';
    element.setAttribute('aria-pressed', String(isMine));
    element.addEventListener('click', () => choose(element, emoji, !isMine));
  } else {
    element.setAttribute('role', 'img');
  }
  return element;
}

/** The names of those who reacted, the first of them where there are many. */
function namesOf(ids, { me, people, texts }, most = NAMED) {
  const names = ids.slice(0, most).map((id) => (id === me ? texts.yourself : nameOf(people, id, texts)));
  return names.join(', ') + (ids.length > most ? ` +${ids.length - most}` : '');
}

/**
 * @param {any} element a chip
 * @param {{me: number, people: any, texts: any}} scene
 * @returns {string} who is behind it, all of them; '' where only their number is known
 */
export function allWhoReacted({ dataset: { emoji, people } }, scene) {
  const names = people && namesOf(people.split(' ').map(Number), scene, Number.POSITIVE_INFINITY);
  return names ? text(scene.texts.reacted, { emoji, names }) : '';
}

function nameOf(people, id, { formerMember }) {
  return people.has(id) ? shownName({ name: people.nameOf(id) }) : formerMember;
}

function choose(element, emoji, on) {
  element.dispatchEvent(new CustomEvent('choose', { bubbles: true, detail: { emoji, on } }));
}

/** Reads the reactions of a message that the server rendered. @param {any} item */
export function readReactions(item) {
  const chips = Array.from(item.querySelectorAll('.chip'));
  const who = ({ dataset: { number, people } }) => (number ? Number(number) : people.split(' ').map(Number));
  return {
    reactions: Object.fromEntries(chips.map((each) => [each.dataset.emoji, who(each)])),
    mine: chips.filter((each) => each.matches('.mine')).map((each) => each.dataset.emoji),
  };
}

/**
 * @param {import('./states.js').State} state
 * @param {string[]} reactions those that one may set
 * @returns {HTMLElement} for the menu of a message
 */
export function shortList({ mine }, reactions) {
  const list = document.createElement('div');
  list.className = 'short-list';
  for (const emoji of reactions) {
    const button = document.createElement('button');
    const isMine = mine.includes(emoji);
    button.type = 'button';
    button.setAttribute('role', 'menuitemcheckbox');
    button.setAttribute('aria-checked', String(isMine));
    button.textContent = emoji;
    button.addEventListener('click', () => choose(button, emoji, !isMine));
    list.append(button);
  }
  return list;
}
