/**
 * What people's own texts may be: cleaned and counted as by `chatserver/validation.py`, both tested with
 * `tests/cases/texts.json`.
 */

const LINE_END = /\r\n|[\r\v\f\x85\u2028\u2029]/g; // UAX #14: mandatory breaks
// What leaves a trace on the screen: no white space, no control, nothing ignored by default, none of Unicode's blanks.
const VISIBLE =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800\ufff9-\ufffb\u{1d159}\u{13430}-\u{1343f}]/u;
const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** A text as the server stores it; '' for one of which nothing can be seen. @param {string} raw */
export function cleanText(raw) {
  const text = raw.replace(LINE_END, '\n').trim();
  return VISIBLE.test(text) ? text : '';
}

/** Code points, as the server counts. @param {string} text */
export function countChars(text) {
  return text.length - (text.match(SURROGATE_PAIR)?.length ?? 0);
}

/** @param {string} text @param {number} limit code points */
export function isLonger(text, limit) {
  return text.length > limit && countChars(text) > limit;
}

/** The beginning of a text, so many code points. @param {string} text @param {number} number */
export function firstChars(text, number) {
  return Array.from(text.slice(0, 2 * number))
    .slice(0, number)
    .join('');
}
