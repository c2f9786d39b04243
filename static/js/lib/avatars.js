/** What stands for a picture: letters and a color, made of the name as in `chatserver/web/rendering/avatars.py`. */
const HUES = 12;
const WIDEST = 4; // characters side by side
const WITHOUT_WIDTH = /[\p{Mn}\u200c\u200d]/gu;
const SEPARATORS = /[ _.,-]+/;
// With its marks, and the letters that a virama joins to it (UAX #29, GB9c).
const FIRST_LETTER = new RegExp(
  '^.(?:(?:[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2\u1a60\u1b44\u1bab\ua9c0]\u200d?|\u0dca\u200d)\\p{L}' +
    '|[\\p{M}\u200c\u200d])*',
  'su',
);

/**
 * The first letter of the name, or those of its first two parts ("Ana-Maria", "Ben, Cleo"), in upper case;
 * one of two that are too wide for the circle.
 * @param {string} name
 */
export function initials(name) {
  const parts = name.split(SEPARATORS).filter(Boolean);
  const letters = (parts.length ? parts : [name]).slice(0, 2).map((part) => part.match(FIRST_LETTER)?.[0] ?? '');
  const isWide = Array.from(letters.join('').replace(WITHOUT_WIDTH, '')).length > WIDEST;
  return letters
    .slice(0, isWide ? 1 : 2)
    .join('')
    .toUpperCase();
}

/** Draws an avatar anew. @param {any} element @param {string} name */
export function showAvatar(element, name) {
  element.className = `avatar hue-${hue(name)}`;
  element.textContent = initials(name);
}

/** A color's number, 0 to 11, the same for a name at all times: FNV-1a over its code points. */
export function hue(name) {
  let code = 0x811c9dc5;
  for (const char of name) code = Math.imul(code ^ char.codePointAt(0), 0x01000193);
  return ((code ^ (code >>> 16)) >>> 0) % HUES;
}
