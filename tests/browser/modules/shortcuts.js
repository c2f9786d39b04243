import { Shortcuts } from '../../../static/js/shell/shortcuts.js';
import { draw, equal, find, press, test, until } from './harness.js';

/** @returns {string[]} the shortcuts pressed from now on */
function watch() {
  draw(`<dialog id="shortcuts"><input id="single-keys" type="checkbox"><button>Close</button></dialog>
    <input id="field"><button id="button">x</button>`);
  const pressed = [];
  const shortcuts = new Shortcuts(find('#shortcuts'));
  for (const type of ['previous', 'next', 'new', 'search']) shortcuts.addEventListener(type, () => pressed.push(type));
  find('#button').focus();
  return pressed;
}

test('Alt and a key open other conversations from anywhere', async () => {
  const pressed = watch();
  await press('#button', 'Alt+ArrowUp');
  await press('#field', 'Alt+ArrowDown');
  await press('#field', 'Alt+n');
  await press('#field', 'ArrowDown');
  await press('#field', 'n');
  equal(pressed, ['previous', 'next', 'new']);
});

test('shortcuts work in other keyboard layouts', () => {
  const pressed = watch();
  const layouts = { russian: ['т', 'KeyN'], dvorak: ['n', 'KeyL'], 'b in dvorak': ['b', 'KeyN'] };
  for (const [key, code] of Object.values(layouts)) {
    const options = { key, code, altKey: true, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', options));
  }
  equal(pressed, ['new', 'new']);
});

test('a question mark shows the list of shortcuts except while typing', async () => {
  watch();
  await press('#field', '?');
  equal([find('#field').value, find('#shortcuts').open], ['?', false]);
  await press('#button', '?');
  equal(find('#shortcuts').open, true);
  await press('#shortcuts', 'Escape');
  await until(() => !find('#shortcuts').open);
  equal(document.activeElement?.id, 'button');
});

test('a slash leads to the search except while typing, and Ctrl+K always, in any layout', async () => {
  const pressed = watch();
  await press('#button', '/');
  await press('#field', '/');
  await press('#field', 'Control+k');
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'л', code: 'KeyK', ctrlKey: true, bubbles: true }));
  equal([pressed, find('#field').value], [['search', 'search', 'search'], '/']);
});
