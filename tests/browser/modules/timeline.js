import { Timeline } from '../../../static/js/chat/timeline.js';
import { equal, test } from './harness.js';

test('a timeline detects missing and repeated messages', () => {
  const timeline = new Timeline(3);
  const steps = [
    [3, false, 3],
    [4, true, 4],
    [6, true, 4],
    [6, false, 4],
    [7, true, 4],
    [5, true, 7],
    [5, false, 7],
    [1, false, 7],
  ];
  for (const [seq, isNew, contiguous] of steps) {
    equal([seq, timeline.add(Number(seq)), timeline.contiguous], [seq, isNew, contiguous]);
  }
});
