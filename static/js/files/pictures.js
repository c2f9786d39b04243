/** Pictures of this device, before the server has them. */

const SHOWN = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif']);
const STILL = 'image/jpeg'; // the one of these that never moves

/** What `accept` lists, so that an iPhone converts its own format. */
export const ACCEPTED = [...SHOWN].join(',');

/**
 * The size of a picture, upright, as the server will find it too.
 * @param {Blob} blob
 * @returns {Promise<{width: number, height: number}|null>} null for what is not shown as a picture
 */
export async function measure(blob) {
  if (!SHOWN.has(blob.type)) return null;
  const address = URL.createObjectURL(blob);
  try {
    const { naturalWidth: width, naturalHeight: height } = await load(address);
    return { width, height };
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @param {string} address @returns {Promise<HTMLImageElement>} */
function load(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.addEventListener('load', () => resolve(image));
    image.addEventListener('error', reject);
    image.src = address;
  });
}

/**
 * An address to show a picture by; its first frame alone for people who prefer reduced motion.
 * @param {Blob} blob
 * @param {AbortSignal} signal the address ends with it
 */
export async function preview(blob, signal) {
  const mayMove = blob.type !== STILL && matchMedia('(prefers-reduced-motion: reduce)').matches;
  const address = URL.createObjectURL(mayMove ? await firstFrame(blob) : blob);
  signal.addEventListener('abort', () => URL.revokeObjectURL(address));
  return address;
}

/** @returns {Promise<Blob>} */
async function firstFrame(blob) {
  const frame = await createImageBitmap(blob);
  const canvas = document.createElement('canvas');
  canvas.width = frame.width;
  canvas.height = frame.height;
  canvas.getContext('2d')?.drawImage(frame, 0, 0);
  return new Promise((resolve) => canvas.toBlob((still) => resolve(still ?? blob)));
}
