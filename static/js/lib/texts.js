/**
 * Who is signed in, and the sentences in the person's language, as the server wrote them into the page.
 * Formats have named places, as in gettext: "%(name)s is typing…".
 *
 * And what people's own texts may be: cleaned and counted as by `chatserver/validation.py`, both tested with
 * `tests/cases/texts.json`. Here, since each script more is one more request of a first visit.
 */
/** @type {any} */
const { me, texts } = document.body.dataset;
export const page = { me: me ? JSON.parse(me) : null, texts: JSON.parse(texts) };

const PLACE = /%\((\w+)\)[sd]/;
const rules = new Intl.PluralRules(document.documentElement.lang);

/** @param {string} format @param {Object<string, string|number>} values */
export function text(format, values) {
  return pieces(format, values).join('');
}

/** @param {Object<string, string>} forms by plural category @param {number} number */
export function plural(forms, number) {
  return text(forms[rules.select(number)] ?? forms.other, { num: number });
}

/** Fills an element, each value isolated so that a name in another direction turns nothing around it. */
export function fill(element, format, values) {
  const nodes = pieces(format, values).map((piece, index) => {
    if (index % 2 === 0) return piece;
    const isolated = document.createElement('bdi');
    isolated.textContent = piece;
    return isolated;
  });
  element.replaceChildren(...nodes);
}

/** A person's name; whoever has deleted the account has none. @param {{name: string}} person */
export function shownName({ name }) {
  return name || page.texts.deletedPerson;
}

/** A message's text, or that it was erased. @param {{text: string, deleted?: string}} message */
export function shownText({ text, deleted }) {
  return deleted ? page.texts.erased : text;
}

/** Text and values in turn: at even places the text around, at odd ones the values. */
function pieces(format, values) {
  return format.split(PLACE).map((piece, index) => (index % 2 === 0 ? piece : values[piece]));
}

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
