import { ACCEPTED } from './pictures.js';

/**
 * Asks on a phone where files come from: the camera, the pictures, or the files.
 * @param {any} input
 * @param {any} texts
 */
export function offerSources(input, { camera, gallery, anyFile, cancel }) {
  const dialog = document.createElement('dialog');
  dialog.className = 'sources';
  const choose = (label, fields) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button quiet';
    button.textContent = label;
    button.addEventListener('click', () => {
      dialog.close();
      if (!fields) return;
      input.accept = fields.accept;
      if (fields.capture) input.capture = fields.capture;
      else input.removeAttribute('capture');
      input.click();
    });
    dialog.append(button);
  };
  choose(camera, { accept: 'image/jpeg', capture: 'environment' });
  choose(gallery, { accept: ACCEPTED });
  choose(anyFile, { accept: '' });
  choose(cancel, null);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
