/** Fills the places of sentences, which are named as in gettext: "%(name)s is typing…". */

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
  const nodes = pieces(format, values).flatMap((piece, index) => (index % 2 === 0 ? piece : isolated(piece)));
  element.replaceChildren(...nodes);
}

/** @param {string|string[]} value several are parted by commas */
function isolated(value) {
  return [value].flat().flatMap((each, index) => {
    const element = document.createElement('bdi');
    element.textContent = each;
    return index ? [', ', element] : [element];
  });
}

/** Text and values in turn: at even places the text around, at odd ones the values. */
function pieces(format, values) {
  return format.split(PLACE).map((piece, index) => (index % 2 === 0 ? piece : values[piece]));
}
