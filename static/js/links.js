/** Links in texts, found as in `chatserver/links.py`: both are tested with `tests/cases/links.json`. */

// A host begins with a letter, a digit or IPv6's bracket.
const START = /\bhttps?:\/\/(?![!-/:-@\\-`{-~])/gi;

// What ends a link: white space, controls, what has no width or turns the direction, `<`, `>`, `"`.
const ENDS = '\\x00-\\x20<>"\\x7f-\\xa0\\xad\\u034f\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f'
  + '\\u3000\\ufeff\\ufff9-\\ufffb';
const PAIRS = new Map(Array.from('([{«‹“‘（「『【《', (opening, place) => [opening, ')]}»›”’）」』】》'[place]]));
const BRACKETS = [...PAIRS].flat().map((bracket) => `\\${bracket}`).join('');
const STOP = new RegExp(`[${ENDS}${BRACKETS}]`, 'g');
const TRAILING = new Set([..."`.,:;!?'*~…。，、：；！？", ...PAIRS.keys()]);

/** Fills an element with a text, its links made clickable. @param {HTMLElement} element @param {string} text */
export function showText(element, text) {
  const nodes = [];
  let shown = 0;
  for (const { start, end } of findLinks(text)) {
    nodes.push(text.slice(shown, start), link(text.slice(start, end)));
    shown = end;
  }
  element.replaceChildren(...nodes, text.slice(shown));
}

/**
 * Where the links (http and https) begin and end, without the punctuation after them. Takes linear time.
 * @param {string} text
 * @returns {{start: number, end: number}[]} in UTF-16 code units
 */
export function findLinks(text) {
  const links = [];
  START.lastIndex = 0;
  for (let match; (match = START.exec(text));) {
    const host = START.lastIndex;
    START.lastIndex = endOf(text, host);
    let end = START.lastIndex;
    while (end > host && TRAILING.has(text[end - 1])) end -= 1;
    if (end > host) links.push({ start: match.index, end });
  }
  return links;
}

/** The first character that cannot stand in a link, or a closing bracket that was opened before it. */
function endOf(text, begin) {
  const awaited = [];
  STOP.lastIndex = begin;
  for (let match; (match = STOP.exec(text));) {
    const closing = PAIRS.get(match[0]);
    if (closing) awaited.push(closing);
    else if (awaited.pop() !== match[0]) return match.index;
  }
  return text.length;
}

function link(address) {
  const element = document.createElement('a');
  element.href = address;
  element.rel = 'noopener noreferrer nofollow';
  element.target = '_blank';
  element.textContent = address;
  return element;
}
