/** Who has seen a message of one's own in a group: "Seen by 3 of 5", and their names. */

import { showAvatar } from '../lib/avatars.js';
import { text } from '../lib/sentences.js';
import { shownName } from '../lib/shown.js';

/** @typedef {{seen: string[], unseen: string[]}} Seen names */

/** @param {Seen} names @param {{seenBy: string}} texts */
export function seenTitle({ seen, unseen }, { seenBy }) {
  return text(seenBy, { count: seen.length, all: seen.length + unseen.length });
}

/** @param {any} box with a heading and two lists @param {Seen} names @param {any} texts */
export function drawSeen(box, names, texts) {
  box.querySelector('.question').textContent = seenTitle(names, texts);
  for (const which of ['seen', 'unseen']) {
    const part = box.querySelector(`.${which}`);
    part.hidden = !names[which].length;
    part.querySelector('.names').replaceChildren(...names[which].map((name) => row(shownName({ name }))));
  }
}

function row(name) {
  const item = document.createElement('li');
  const avatar = document.createElement('span');
  avatar.setAttribute('aria-hidden', 'true');
  showAvatar(avatar, name);
  const written = document.createElement('bdi');
  written.textContent = name;
  item.append(avatar, written);
  return item;
}
