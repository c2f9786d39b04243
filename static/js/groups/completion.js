import { showAvatar } from '../lib/avatars.js';
import { handle, shownName } from '../lib/shown.js';

const REST_MS = 150; // after the last key

/**
 * Offers names of people as one types one, in a list below (ARIA's combobox). The latest answer wins; a failure
 * leaves what is offered.
 * @param {HTMLInputElement} input
 * @param {HTMLUListElement & {parentElement: HTMLElement}} list alone in its parent, which is put below the input
 * @param {AbortSignal} [signal]
 * @param {() => void} [chosen] called when a name was chosen
 * @param {(name: string) => boolean} [mayBe] whether a name is to be offered
 */
export function completeName(input, list, signal, chosen = () => {}, mayBe = () => true) {
  let timer = 0;
  let asking = new AbortController();
  let active = -1; // the place of the option that Enter chooses
  const stop = () => {
    clearTimeout(timer);
    asking.abort();
  };
  const show = (open) => {
    list.hidden = !open || !list.children.length;
    input.ariaExpanded = String(!list.hidden);
    activate(-1);
  };
  const activate = (place) => {
    active = place;
    for (const [index, option] of Array.from(list.children).entries()) option.ariaSelected = String(index === place);
    if (place < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', list.children[place].id);
  };
  const choose = (option) => {
    input.value = option.dataset.name;
    show(false);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    chosen();
  };
  const type = () => {
    stop();
    const name = input.value.trim();
    const isOffered = Array.from(list.querySelectorAll('li')).some((option) => option.dataset.name === name);
    if (name && !isOffered) timer = setTimeout(ask, REST_MS, name);
    else show(false);
  };
  const ask = async (name) => {
    asking = new AbortController();
    const people = await findPeople(name, asking.signal);
    if (!people) return;
    list.replaceChildren(...people.filter(({ name }) => mayBe(name)).map(option));
    show(document.activeElement === input);
  };
  const press = (event) => {
    if (list.hidden || event.altKey || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = list.children.length;
    if (step) activate(active < 0 && step < 0 ? count - 1 : (active + step + count) % count);
    else if (event.key === 'Enter' && active >= 0) choose(list.children[active]);
    else if (event.key === 'Escape') show(false);
    else return;
    event.preventDefault();
  };
  /** @param {{target: any}} event */
  const click = ({ target }) => {
    const option = target.closest('li');
    if (option) choose(option);
  };
  input.after(list.parentElement);
  input.role = 'combobox';
  input.ariaAutoComplete = 'list';
  input.setAttribute('aria-controls', list.id);
  show(false);
  input.addEventListener('input', type, { signal });
  input.addEventListener('keydown', press, { signal });
  input.addEventListener('blur', () => show(false), { signal });
  list.addEventListener('pointerdown', (event) => event.preventDefault(), { signal }); // the input keeps the focus
  list.addEventListener('click', click, { signal });
  if (document.activeElement === input) type(); // the user was faster than this script
  signal?.addEventListener('abort', stop);
}

/**
 * The people whose names begin so.
 * @returns {Promise<{name: string, full_name?: string|null}[]|null>} null if that cannot be told now
 */
export async function findPeople(name, signal) {
  try {
    const response = await fetch(`/messages/people?name=${encodeURIComponent(name)}`, { signal });
    if (!response.ok) return null;
    const { people, found = people.map((beginning) => ({ name: beginning })) } = await response.json();
    return found; // none from a server of the version before
  } catch {
    return null; // unreachable, replaced by a later request, or signed out
  }
}

function option(person, place) {
  const shown = shownName(person);
  const element = document.createElement('li');
  element.role = 'option';
  element.id = `person-${place}`;
  element.dataset.name = person.name;
  const avatar = document.createElement('span');
  avatar.ariaHidden = 'true';
  showAvatar(avatar, shown);
  const written = document.createElement('bdi');
  written.textContent = shown;
  if (shown !== person.name) written.append(' ', handle(person.name));
  element.append(avatar, written);
  return element;
}
