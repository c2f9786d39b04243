import { equal, test, until } from './harness.js';
import { MESSAGE, open, THREAD } from './outbox_server.js';

const file = (id, more = {}) => ({ id, name: `${id}.jpg`, type: 'image/jpeg', bytes: 3, done: false, ...more });
/** The server has all files of the first message. */
const upload = (outbox) => {
  const [{ id }] = outbox.withFiles;
  outbox.changeFiles(id, (files) => files.map((each) => ({ ...each, done: true })));
};

test('a message waits for its files, and those after it in its thread wait with it', async () => {
  const { server, outbox } = open();
  server.connect();
  outbox.add(THREAD, 'at the lake', undefined, [file('a'), file('b')]);
  outbox.add(THREAD, 'afterwards');
  outbox.add(8, 'elsewhere');
  outbox.change({ ...MESSAGE, kind: 'react', emoji: '👍', on: true });
  equal((await server.frame(1)).text, 'elsewhere');
  server.answer('sent', { seq: 1 });
  equal((await server.frame(2)).emoji, '👍');
  server.answer('done', { change: 1 });
  upload(outbox);
  equal(await server.frame(3), { type: 'send', text: 'at the lake', files: ['a', 'b'] });
  server.answer('sent', { seq: 5 });
  equal((await server.frame(4)).text, 'afterwards');
});

test('a message that is stored shows its files as the server described them', async () => {
  const { server, outbox } = open();
  const settled = [];
  outbox.addEventListener('settled', ({ detail }) => settled.push(detail.files));
  server.connect();
  outbox.add(THREAD, '', undefined, [file('a', { done: true, width: 4, height: 3 })]);
  await server.frame(1);
  server.answer('sent', { seq: 1 });
  equal(settled, [[{ id: 'a', name: 'a.jpg', type: 'image/jpeg', bytes: 3, width: 4, height: 3 }]]);
});

test('a server of the previous version gets no message with files', async () => {
  const { server, outbox } = open();
  server.hello = /** @type {any} */ ({ changes: true, files: false });
  server.connect();
  outbox.add(THREAD, 'at the lake', undefined, [file('a', { done: true })]);
  outbox.add(8, 'elsewhere');
  equal((await server.frame(1)).text, 'elsewhere');
});

test('files that the server has lost are uploaded again under the same ids, once', async () => {
  const { server, outbox, events } = open();
  server.connect();
  outbox.add(THREAD, 'at the lake', undefined, [file('a', { done: true })]);
  await server.frame(1);
  const { id } = server.got[0];
  server.answer('error', { code: 'no_such_file', message: 'Gone.' });
  equal(outbox.withFiles[0].files?.[0].done, false);
  upload(outbox);
  await server.frame(2);
  equal(server.got[1].id, id);
  server.answer('error', { code: 'no_such_file', message: 'Gone.' });
  await until(() => events.some(([type]) => type === 'refused'));
  equal(outbox.withFiles[0].state, 'refused');
});

test('a message without a text goes with its last file', () => {
  const { outbox, events } = open();
  outbox.add(THREAD, '', undefined, [file('a'), file('b')]);
  const [{ id }] = outbox.withFiles;
  const without = (gone) => outbox.changeFiles(id, (files) => files.filter((each) => each.id !== gone));
  without('a');
  equal(outbox.withFiles[0].files?.length, 1);
  without('b');
  equal([outbox.withFiles, events.at(-1)], [[], ['discarded', '']]);
});

test('a refused message is tried again with the same files', () => {
  const { outbox } = open();
  outbox.add(THREAD, 'at the lake', undefined, [file('a', { done: true }), file('b')]);
  outbox.refuse(outbox.withFiles[0], { message: 'This picture is broken.', code: 'bad_picture' });
  outbox.tryAgain(outbox.withFiles[0].id);
  const [{ state, text, files }] = outbox.withFiles;
  equal([state, text, files?.map(({ id }) => id)], ['waiting', 'at the lake', ['a', 'b']]);
});
