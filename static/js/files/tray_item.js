import { about, isPicture } from '../lib/file_words.js';
import { text as fillIn } from '../lib/sentences.js';
import { iconButton } from './icon_button.js';
import { preview } from './pictures.js';

/**
 * @param {import('../chat/files.js').File} file
 * @param {Blob|undefined} blob
 * @param {any} texts
 * @param {AbortSignal} signal when its preview ends
 * @returns {Promise<HTMLElement>} fires `remove`
 */
export async function drawTrayItem(file, blob, texts, signal) {
  const item = document.createElement('li');
  item.className = 'tray-item';
  item.title = file.name;
  const grip = document.createElement('button');
  grip.type = 'button';
  grip.className = 'tray-grip';
  if (blob && isPicture(file)) {
    const image = document.createElement('img');
    image.alt = '';
    image.draggable = false;
    image.src = await preview(blob, signal);
    grip.append(image);
  } else {
    const name = document.createElement('bdi');
    name.textContent = file.name;
    const words = document.createElement('span');
    words.className = 'file-about';
    words.textContent = about(file);
    grip.append(name, words);
  }
  const remove = iconButton('close', fillIn(texts.removeFile, { name: file.name }));
  remove.addEventListener('click', () => item.dispatchEvent(new Event('remove', { bubbles: true })));
  grip.addEventListener('keydown', ({ key }) => {
    if (key === 'Delete' || key === 'Backspace') remove.click();
  });
  item.append(grip, remove);
  return item;
}
