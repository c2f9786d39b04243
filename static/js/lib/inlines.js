/**
 * Finds the formatting inside one line as `chatserver/web/rendering/inlines.py` does, which has the rules.
 *
 * @typedef {string|{bold: Inline[]}|{italic: Inline[]}|{code: string}|{link: string}} Inline
 * @typedef {{sign: string, inlines: Inline[]}[]} Levels
 */

import { findLinks } from './links.js';

const SIGNS = /\*+|_+|`+/g;
const SEEN = /[^\n\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]/;
// A character of a word. A script that is written without spaces has no inside of words.
const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const WORD = new RegExp(
  `^(?![${UNSPACED.map((script) => `\\p{Script=${script}}`).join('')}])[\\p{L}\\p{M}\\p{N}]$`,
  'u',
);
const NAMES = new Map([
  ['**', 'bold'],
  ['_', 'italic'],
]);

/** @param {string} line @returns {Inline[]} in order; takes linear time */
export function findInlines(line) {
  /** @type {Levels} the open signs, the outermost first, each with what follows it */
  const levels = [{ sign: '', inlines: [] }];
  const add = (inline) => levels.at(-1)?.inlines.push(inline);
  const links = findLinks(line);
  const signs = Array.from(line.matchAll(SIGNS), ({ 0: run, index }) => ({ start: index, end: index + run.length }));
  const ticks = ticksOf(line, signs);
  let nextLink = 0;
  let nextSign = 0;
  for (let place = 0; place < line.length; ) {
    const link = links[nextLink];
    if (link && link.start < place) {
      nextLink += 1; // it began inside code
      continue;
    }
    if (link?.start === place) {
      add({ link: line.slice(place, link.end) });
      place = link.end;
      continue;
    }
    while (signs[nextSign]?.end <= place) nextSign += 1;
    const limit = link?.start ?? line.length;
    const start = Math.max(place, Math.min(signs[nextSign]?.start ?? limit, limit));
    if (start > place) {
      add(line.slice(place, start));
      place = start;
      continue;
    }
    const { end } = signs[nextSign];
    const sign = line.slice(place, end);
    const close = sign[0] === '`' ? closing(ticks, place, end) : 0;
    if (close && isSeen(line.slice(end, close))) {
      add({ code: line.slice(end, close) });
      place = close + sign.length;
      continue;
    }
    if (NAMES.has(sign)) emphasize(levels, sign, charBefore(line, place), charAt(line, end));
    else add(sign);
    place = end;
  }
  while (levels.length > 1) giveUp(levels);
  return levels[0].inlines;
}

/** Where the runs of backticks begin, by their length, the last first. */
function ticksOf(line, signs) {
  const runs = new Map();
  for (const { start, end } of [...signs].reverse()) {
    if (line[start] !== '`') continue;
    if (!runs.has(end - start)) runs.set(end - start, []);
    runs.get(end - start).push(start);
  }
  return runs;
}

/** @returns {number} where the next run of backticks as long as this one begins, 0 for none */
function closing(ticks, start, end) {
  const runs = ticks.get(end - start) ?? [];
  while (runs.at(-1) <= start) runs.pop();
  return runs.at(-1) ?? 0;
}

/** Begins or ends bold or italic at a sign between two characters, '' for none, or takes the sign as text. */
function emphasize(levels, sign, before, after) {
  const isOpen = levels.some((level) => level.sign === sign);
  if (isOpen && isSeen(before) && !isWord(after, sign)) {
    while (levels.at(-1).sign !== sign) giveUp(levels);
    const { inlines } = levels.pop();
    levels.at(-1).inlines.push({ [NAMES.get(sign) ?? '']: joined(inlines) });
  } else if (!isOpen && isSeen(after) && !isWord(before, sign)) {
    levels.push({ sign, inlines: [] });
  } else {
    levels.at(-1).inlines.push(sign);
  }
}

/** Takes the last open sign as text. */
function giveUp(levels) {
  const { sign, inlines } = levels.pop();
  levels.at(-1).inlines.push(sign);
  for (const inline of inlines) levels.at(-1).inlines.push(inline);
}

/** @param {string} text */
export function isSeen(text) {
  return SEEN.test(text);
}

function isWord(char, sign) {
  return WORD.test(char) || (sign === '_' && char === '_');
}

function charAt(line, place) {
  return place < line.length ? String.fromCodePoint(line.codePointAt(place)) : '';
}

function charBefore(line, place) {
  return Array.from(line.slice(Math.max(0, place - 2), place)).at(-1) ?? '';
}

/** Joins the strings that stand beside each other. @param {Inline[]} inlines @returns {Inline[]} */
export function joined(inlines) {
  const whole = [];
  let strings = [];
  const endText = () => {
    if (strings.length) whole.push(strings.join(''));
    strings = [];
  };
  for (const inline of inlines) {
    if (typeof inline === 'string') {
      strings.push(inline);
    } else {
      endText();
      whole.push(inline);
    }
  }
  endText();
  return whole;
}
