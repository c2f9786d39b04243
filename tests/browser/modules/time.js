import { cases, draw, equal, find, moveTo, setClock, test } from './harness.js';

const BERLIN = 'Europe/Berlin';
const SHAPES = /** @type {const} */ (['clock', 'full', 'day', 'list']);

/** Loads the module for a user with these languages; each query string loads a new copy. */
function load(language, languages, zone = '') {
  document.documentElement.lang = language;
  document.documentElement.dataset.zone = zone;
  Object.defineProperty(navigator, 'languages', { value: languages, configurable: true });
  const query = encodeURIComponent(JSON.stringify([language, languages, zone, performance.now()]));
  return import(`../../../static/js/lib/time.js?${query}`);
}

async function testMoments(isChosen) {
  for (const each of await cases('times')) {
    await moveTo(isChosen ? 'Pacific/Apia' : each.zone);
    await setClock(each.now);
    const { showTime } = await load(each.language, each.languages, isChosen ? each.zone : '');
    draw('<time></time>');
    for (const shape of SHAPES) {
      showTime(find('time'), each.moment, shape);
      equal([each, shape, find('time').textContent], [each, shape, each[shape]]);
    }
  }
}

test('times are formatted as on the server', () => testMoments(false));
test('times are formatted as on the server in a chosen zone', () => testMoments(true));

test('a chosen zone that this browser does not know is ignored', async () => {
  await moveTo(BERLIN);
  const { full } = await load('en', ['en-US'], 'Mars/Olympus');
  equal(full(new Date('2026-11-23T17:04:05Z')), 'November\u00a023,\u00a02026, 6:04:05\u00a0PM');
});

test('a time has the full date in its title and is updated the next day', async () => {
  await moveTo(BERLIN);
  await setClock('2026-11-23T20:00:00Z');
  const { localiseTimes, showTime } = await load('en', ['en-US']);
  draw('<time></time><time id="other" datetime="2026-11-23T17:04:05Z"></time><time id="none">never</time>');
  const time = find('time');
  showTime(time, '2026-11-23T17:04:05.123Z', 'day');
  const full = 'November\u00a023,\u00a02026, 6:04:05\u00a0PM';
  equal([time.textContent, time.title, time.dateTime], ['Today', full, '2026-11-23T17:04:05.123Z']);
  await setClock('2026-11-23T23:00:00Z');
  localiseTimes();
  equal([time.textContent, find('#other').textContent, find('#none').textContent], ['Yesterday', full, 'never']);
});
