/** What stands for a picture: letters and a colour, made of the name as in `chatserver/avatars.py`. */
const HUES = 12;
const SEPARATORS = /[ _.,-]+/;
const FIRST_LETTER = /^.\p{M}*/su;

/**
 * The first letter of the name, or those of its first two parts ("Ana-Maria", "Ben, Cleo"), in upper case.
 * @param {string} name
 */
export function initials(name) {
  const parts = name.split(SEPARATORS).filter(Boolean);
  const letters = (parts.length ? parts : [name]).slice(0, 2).map((part) => part.match(FIRST_LETTER)?.[0] ?? '');
  return letters.join('').toUpperCase();
}

/** A colour's number, 0 to 11, the same for a name at all times: FNV-1a over its code points. */
export function hue(name) {
  let code = 0x811c9dc5;
  for (const char of name) code = Math.imul(code ^ char.codePointAt(0), 0x01000193);
  return ((code ^ (code >>> 16)) >>> 0) % HUES;
}
