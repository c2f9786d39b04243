import { hue, initials } from '../../../static/js/lib/avatars.js';
import { cases, equal, test } from './harness.js';

test('names have the letters and colors that the server gives them', async () => {
  for (const { name, ...expected } of await cases('avatars')) {
    equal([name, initials(name), hue(name)], [name, expected.initials, expected.hue]);
  }
});
