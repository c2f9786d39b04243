import { reloadPage } from './router.js';

const QUIET_MS = 3_000; // a short break is not worth a word

/**
 * Says how the connection is: `lost` in a quiet line, `unsupported` and `blocked` in a notice.
 * @param {import('./socket.js').ChatSocket} socket
 * @param {HTMLElement} line
 * @param {(sentence: string) => void} notify shows a notice, or hides it when the sentence is empty
 * @param {{lost: string, unsupported: string, blocked: string}} texts
 */
export function showConnection(socket, line, notify, texts) {
  let timer = 0;
  let noticed = '';
  const show = (sentence) => {
    line.textContent = sentence;
    line.hidden = !sentence;
  };
  socket.addEventListener('statechange', () => {
    const { state } = socket;
    const lost = state === 'connecting' || state === 'waiting';
    if (state === 'signed-out') reloadPage(); // the server shows the sign-in page
    const sentence = texts[state] ?? '';
    if (sentence !== noticed) notify(sentence); // another module's notice stays
    noticed = sentence;
    if (!lost) {
      clearTimeout(timer);
      timer = 0;
      show('');
    } else if (!timer) {
      timer = setTimeout(show, QUIET_MS, texts.lost);
    }
  });
}
