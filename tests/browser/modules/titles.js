import { titleOf } from '../../../static/js/lib/titles.js';
import { equal, test } from './harness.js';

const named = (...names) => names.map((name, place) => ({ id: place + 1, name }));
const titled = (title, people, count = people.length) => titleOf({ title, people, people_count: count }, 1);

test('a thread is called by its title or after the others', () => {
  equal(titled('Holidays', named('Ana')), 'Holidays');
  equal(titled(null, named('Ana', 'Ben', 'Cleo')), 'Ben, Cleo');
  equal(titled(null, named('Ana', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gus')), 'Ben, Cleo, Dan, Eva +2');
  equal(titled(null, named('Ana', '')), 'Deleted person');
  equal(titled(null, named('Ana')), '…');
  equal(titled(null, named('Ana'), 60), '');
});
