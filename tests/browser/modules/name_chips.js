import { NameChips } from '../../../static/js/groups/name_chips.js';
import { draw, equal, fill, find, press, test, turn, type, until } from './harness.js';

const texts = {
  added: '%(name)s added',
  removed: '%(name)s removed',
  remove: 'Remove %(name)s',
  nobody: 'Nobody here is called %(name)s.',
};
const HERE = ['Ana', 'Ben', 'Benjamin', 'Cleo'];

/** Answers as the server does: names that begin so. */
window.fetch = async (address) => {
  const name = new URL(String(address), location.href).searchParams.get('name')?.toLowerCase() ?? '';
  return new Response(JSON.stringify({ people: HERE.filter((each) => each.toLowerCase().startsWith(name)) }));
};

function open(value = '', error = '') {
  draw(`<form><input id="to" name="people" value="${value}">${error}
    <div><ul id="people"></ul></div><input id="next"></form>
    <template id="blank" data-texts='${JSON.stringify(texts)}'><li class="name-chip">
    <span class="avatar"></span><bdi></bdi><button type="button"><span class="visually-hidden"></span></button>
    <p class="reason"></p></li></template>`);
  return new NameChips(find('#to'), find('#people'), find('#blank'), new AbortController().signal);
}

const sent = () => new FormData(find('form')).get('people');
const reasons = () => Array.from(document.querySelectorAll('.name-chip'), (chip) => reasonOf(chip));
const reasonOf = (chip) => chip.querySelector('.reason').textContent;

test('a comma and Enter make chips and Backspace takes the last one away', async () => {
  const chips = open();
  await type('#to', 'Ben,Cleo');
  await press('#to', 'Enter');
  equal([chips.names, find('#to').value], [['Ben', 'Cleo'], '']);
  await press('#to', 'Backspace');
  equal([chips.names, find('[role=status]').textContent], [['Ben'], 'Cleo removed']);
  find('.name-chip button').click();
  equal([chips.names, document.activeElement?.id], [[], 'to']);
});

test('what was typed becomes chips when the field is left or the form is sent', async () => {
  const chips = open();
  await type('#to', 'Ben');
  find('#next').focus();
  equal(chips.names, ['Ben']);
  await type('#to', ' Cleo ,ben, ');
  equal(sent(), 'Ben, Cleo');
});

test('a name is chosen from the suggestions and not suggested again', async () => {
  const chips = open();
  await type('#to', 'be');
  await until(() => find('#people').children.length === 2);
  await press('#to', 'ArrowDown');
  await press('#to', 'Enter');
  equal([chips.names, document.activeElement?.id], [['Ben'], 'to']);
  await fill('#to', 'b');
  await until(() => find('#people').textContent === 'BBenjamin');
});

test('a name that nobody has says so at its chip', async () => {
  open('Ben, Zoe, Benja, Al');
  await until(() => reasons().filter(Boolean).length === 2);
  equal(reasons(), ['', 'Nobody here is called Zoe.', 'Nobody here is called Benja.', '']);
});

test('what the server says of a name stands at its chip', async () => {
  open('Ben, Cleo', '<p id="to-error" data-about="Cleo">You can’t add Cleo.</p>');
  equal(reasons(), ['', 'You can’t add Cleo.']);
});

test('what one was quicker to type than the script stays as it is', async () => {
  draw('<form><input id="to" name="people"></form>');
  await type('#to', 'Be');
  find('#main').insertAdjacentHTML(
    'beforeend',
    '<div><ul id="people"></ul></div><template id="blank" data-texts="{}"></template>',
  );
  const chips = new NameChips(find('#to'), find('#people'), find('#blank'), new AbortController().signal);
  await turn();
  equal([chips.names, find('#to').value, document.activeElement?.id], [[], 'Be', 'to']);
});
