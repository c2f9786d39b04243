/**
 * Finds the formatting of texts as `chatserver/web/rendering/formatting.py` does, which has the rules;
 * `tests/cases/format.json` tests both.
 *
 * @typedef {import('./inlines.js').Inline} Inline
 * @typedef {{text: Inline[]}|{quote: Inline[]}|{code: string}} Block
 */

import { findInlines, isSeen, joined } from './inlines.js';

const SIGN = /[*_`>]/;
const FENCE = /^```[A-Za-z0-9+#._-]{0,20}$/;

/** @param {string} text @returns {boolean} false if it certainly has no formatting */
export function mayBeFormatted(text) {
  return SIGN.test(text);
}

/** @param {string} text @returns {Block[]} signs that mean nothing stay as typed */
export function parse(text) {
  const lines = text.split('\n');
  const ends = fenceEnds(lines);
  const blocks = [];
  let plainLines = [];
  const endText = () => {
    if (plainLines.length) blocks.push({ text: inlinesOf(plainLines) });
    plainLines = [];
  };
  for (let place = 0; place < lines.length; ) {
    const end = ends[place];
    if (end) {
      endText();
      blocks.push({ code: lines.slice(place + 1, end).join('\n') });
      place = end + 1;
      continue;
    }
    const begin = place;
    while (place < lines.length && !ends[place] && isQuote(lines[place])) place += 1;
    const quoted = lines.slice(begin, place).map((line) => line.slice(2));
    if (quoted.some(isSeen)) {
      endText();
      blocks.push({ quote: inlinesOf(quoted) });
    } else if (quoted.length) {
      for (const line of lines.slice(begin, place)) plainLines.push(line);
    } else {
      plainLines.push(lines[place]);
      place += 1;
    }
  }
  endText();
  return blocks;
}

/** For each line the one that closes the fence which it opens, 0 for none. */
function fenceEnds(lines) {
  const ends = lines.map(() => 0);
  let close = 0;
  for (let place = lines.length - 1; place >= 0; place -= 1) {
    if (close && FENCE.test(lines[place])) ends[place] = close;
    if (lines[place] === '```') close = place;
  }
  // A fence inside a fence opens nothing; an empty fence is not a fence.
  for (let place = 0; place < lines.length; place += 1) {
    const end = ends[place];
    if (end && lines.slice(place + 1, end).some(isSeen)) {
      ends.fill(0, place + 1, end + 1);
      place = end;
    } else {
      ends[place] = 0;
    }
  }
  return ends;
}

function isQuote(line) {
  return line === '>' || line.startsWith('> ');
}

/** Nothing that begins in one line ends in another. */
function inlinesOf(lines) {
  return joined(lines.flatMap((line, place) => (place ? ['\n', ...findInlines(line)] : findInlines(line))));
}

/** The text without formatting marks, for previews. @param {string} text */
export function plain(text) {
  return mayBeFormatted(text) ? parse(text).map(plainOf).join('\n') : text;
}

/** @param {Block|Inline} part @returns {string} */
function plainOf(part) {
  if (typeof part === 'string') return part;
  const [content] = Object.values(part);
  return typeof content === 'string' ? content : content.map(plainOf).join('');
}
