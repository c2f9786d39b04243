/**
 * The files of a message: pictures at their size before they load, in a grid if there are several, then the others,
 * each with name, kind and size. The server draws the same (`templates/partials/files.html`).
 *
 * @typedef {object} File
 * @property {string} id a UUID
 * @property {string} name
 * @property {string} type
 * @property {number} bytes
 * @property {number} [width] of a picture, in pixels, as is `height`
 * @property {number} [height]
 * @property {boolean} [animated]
 * @property {boolean} [done] of one's own that waits: whether the server has it
 * @property {boolean} [wrong] of one's own that waits: whether the server refused it
 */
import { about, isPicture, shownSize } from '../lib/file_words.js';

/**
 * Draws the files of a message, unless they are there already.
 * @param {any} item the element of the message
 * @param {File[]} files
 */
export function drawFiles(item, files) {
  const shown = item.querySelector('.message-files');
  if (!files.length) {
    shown?.remove();
    return;
  }
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  const wanted = [...pictures, ...others].map(stored);
  if (shown && JSON.stringify(readFiles(item)) === JSON.stringify(wanted)) return;
  const box = document.createElement('div');
  box.className = 'message-files';
  if (pictures.length) box.append(grid(pictures));
  box.append(...others.map(drawFile));
  if (shown) keepPreviews(shown, box);
  if (shown) shown.replaceWith(box);
  else item.querySelector('.message-text').before(box);
}

const addressOf = ({ id }) => `/messages/files/${id}`;

function grid(pictures) {
  const element = document.createElement('div');
  element.className = 'pictures';
  element.append(...pictures.map(drawPicture));
  return element;
}

function drawPicture(file) {
  const element = slot('picture', file);
  const link = element.firstChild;
  const image = document.createElement('img');
  [image.width, image.height] = shownSize(file);
  image.alt = file.name;
  image.loading = 'lazy';
  image.decoding = 'async';
  const address = addressOf(file);
  if (file.done !== false) image.src = file.animated ? address : `${address}?size=small`;
  link.append(file.animated ? stillIfWished(image, address) : image);
  return element;
}

/** People who prefer reduced motion see the first frame. */
function stillIfWished(image, address) {
  const picture = document.createElement('picture');
  const source = document.createElement('source');
  source.media = '(prefers-reduced-motion: reduce)';
  source.srcset = `${address}?size=small`;
  picture.append(source, image);
  return picture;
}

function drawFile(file) {
  const element = slot('file', file);
  const name = document.createElement('bdi');
  name.className = 'file-name';
  name.textContent = file.name;
  const words = document.createElement('span');
  words.className = 'file-about';
  words.textContent = about(file);
  element.firstChild.download = file.name;
  element.firstChild.append(name, ' ', words);
  return element;
}

/** @returns {any} the place of a file, with a link to it; a file that the server does not have yet has no address */
function slot(kind, { id, type, bytes, width, height, animated, done }) {
  const element = document.createElement('div');
  element.className = kind;
  Object.assign(element.dataset, {
    file: id,
    type,
    bytes,
    ...(width && { width, height }),
    ...(animated && { animated }),
  });
  const link = document.createElement('a');
  if (done !== false) link.href = addressOf({ id });
  element.append(link);
  return element;
}

/** What a browser shows of its own pictures stays on the screen. */
function keepPreviews(before, now) {
  for (const image of before.querySelectorAll('img[src^="blob:"]')) {
    const { file } = image.closest('[data-file]').dataset;
    const next = now.querySelector(`[data-file="${CSS.escape(file)}"] img`);
    if (next) next.src = image.src;
  }
}

/** Reads the files of a drawn message. @param {any} item @returns {File[]} */
export function readFiles(item) {
  return Array.from(item.querySelectorAll('[data-file]'), ({ dataset, firstElementChild: link }) => {
    const name = link.querySelector('img')?.alt ?? link.querySelector('.file-name').textContent;
    const { file: id, type, bytes, width, height, animated } = dataset;
    const size = width ? { width: Number(width), height: Number(height), animated: Boolean(animated) } : {};
    return stored({ id, name, type, bytes: Number(bytes), ...size, done: link.hasAttribute('href') });
  });
}

/** The fields that are drawn, in one order. @param {File} file */
function stored({ id, name, type, bytes, width, height, animated, done }) {
  return {
    id,
    name,
    type,
    bytes,
    width,
    height,
    animated: width ? Boolean(animated) : undefined,
    done: done !== false,
  };
}
