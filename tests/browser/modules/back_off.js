import { backOff } from '../../../static/js/net/back_off.js';
import { equal, test } from './harness.js';

test('after a disconnection the client waits a random part of a limit that doubles', () => {
  const limits = { 0: 500, 3: 4000, 20: 30_000, 2000: 30_000 }; // milliseconds
  for (const [attempt, limit] of Object.entries(limits)) {
    for (const chance of [0, 0.5, 0.999]) {
      Math.random = () => chance;
      equal([attempt, backOff(Number(attempt))], [attempt, chance * limit]);
    }
  }
});
