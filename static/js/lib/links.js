/** Finds links in texts as `chatserver/web/rendering/links.py` does; `tests/cases/links.json` tests both. */

const BLANK = '\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
// What has no width, or turns the direction.
const UNSEEN = '\\xad\\u034f\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb';

// A host: labels of letters and digits. The last one is of one script, so that a word that follows is no part of it.
const LETTER = '\\p{L}\\p{Nd}\\p{Emoji_Presentation}';
const LABEL = `[${LETTER}](?:[\\-_]*[${LETTER}\\p{M}])*`;
const ONE_SCRIPT = [
  ...'Latn|Cyrl|Grek|Armn|Geor|Hebr|Arab|Deva|Beng|Guru|Gujr|Orya|Taml|Telu|Knda|Mlym|Sinh|Thai|Laoo|Hang'
    .split('|')
    .map((script) => `\\p{Script=${script}}`),
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー',
  '\\p{Emoji_Presentation}',
];
const LAST = ONE_SCRIPT.map((of) => `\\p{Nd}*[${of}][${of}\\p{M}\\p{Nd}]*(?:-+[${of}\\p{M}\\p{Nd}]+)*`).join('|');
const PORT = ':(?:[0-9]{1,5}(?![0-9])|(?=[/?#]))';

const START = new RegExp(`(?<![A-Za-z0-9])[Hh][Tt][Tt][Pp][Ss]?://(?=[\\[${LETTER}])`, 'gu');
const HOST = new RegExp(
  `(?:\\[[0-9A-Fa-f:.]+\\]|(?:${LABEL}\\.)*(?:${LAST}|${LABEL})(?:\\.(?=[/?#:]))?)(?:${PORT})?`,
  'uy',
);
const DECEIT = new RegExp(`[${UNSEEN}]+[A-Za-z0-9.:@\\-]|%`, 'uy'); // behind a host
const USER = /[\p{L}\p{M}\p{N}!$&'()*+,;=:%._~-]*@/uy;

// What ends a path: see `links.py`.
const STOP = new RegExp(
  `[${BLANK}${UNSEEN}<>"|\\\\()\\[\\]{}\\u2500-\\u257f]|&(?:quot|apos|lt|gt|#34|#39);` +
    '|(?![\\x00-\\x7f·・་׳״‐])[\\p{P}\\p{Sm}]',
  'gu',
);
const PAIRS = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const TRAILING = ".,:;!?'*~`([{";

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
  for (let match = START.exec(text); match; match = START.exec(text)) {
    const begin = START.lastIndex;
    let end = endOfMatch(HOST, text, begin);
    if (!end || endOfMatch(USER, text, begin) || endOfMatch(DECEIT, text, end)) continue;
    START.lastIndex = end;
    if (['/', '?', '#'].includes(text[end])) {
      const host = end;
      const trailing = text[match.index - 1] === '_' ? `${TRAILING}_` : TRAILING;
      end = endOfPath(text, host);
      START.lastIndex = end;
      while (end > host && trailing.includes(text[end - 1])) end -= 1;
    }
    links.push({ start: match.index, end });
  }
  return links;
}

/** @returns {number} 0 where it does not match */
function endOfMatch(pattern, text, begin) {
  pattern.lastIndex = begin;
  return pattern.test(text) ? pattern.lastIndex : 0;
}

/** The first character that cannot stand in a path, or a closing bracket that was opened before it. */
function endOfPath(text, begin) {
  const awaited = [];
  STOP.lastIndex = begin;
  for (let match = STOP.exec(text); match; match = STOP.exec(text)) {
    const closing = PAIRS.get(match[0]);
    if (closing) awaited.push(closing);
    else if (awaited.pop() !== match[0]) return match.index;
  }
  return text.length;
}

/** @param {string} address */
export function link(address) {
  const element = document.createElement('a');
  element.href = address;
  element.rel = 'noopener noreferrer nofollow';
  element.target = '_blank';
  element.textContent = address;
  return element;
}
