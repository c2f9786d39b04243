/** What stands for a message's files, and for one of them, as in `chatserver/web/rendering/files.py`. */

import { page } from './page_data.js';
import { plural, text } from './sentences.js';

const MOST_PX = 320; // either side of a picture that is shown alone
const KIB = 1024;
const EXTENSION = /\.([a-z0-9]{1,5})$/i;

const decimal = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

/** Only pictures have a size in pixels. @param {{width?: number}} file */
export const isPicture = ({ width }) => Boolean(width);

/** @returns {number[]} the width and the height at which a picture is shown alone, in CSS pixels */
export function shownSize({ width, height }) {
  const scale = Math.min(1, MOST_PX / Math.max(width, height));
  return [width, height].map((side) => Math.max(1, Math.round(side * scale)));
}

/** "Photo", "3 photos", "File: plan.pdf", "2 files": in place of a text; '' without files. */
export function summary(files) {
  const { photo, photos, fileNamed, manyFiles } = page.texts;
  if (!files?.length) return '';
  if (files.every(isPicture)) return files.length === 1 ? photo : plural(photos, files.length);
  return files.length === 1 ? text(fileNamed, { name: files[0].name }) : plural(manyFiles, files.length);
}

/** "PDF, 1.2 MB" */
export function about({ name, bytes }) {
  const kind = EXTENSION.exec(name)?.[1].toUpperCase();
  return [kind, sizeWords(bytes)].filter(Boolean).join(', ');
}

/** @param {number} bytes */
export function sizeWords(bytes) {
  const { kilobytes, megabytes } = page.texts;
  const size = Math.max(1, Math.round(bytes / KIB));
  if (size < KIB) return text(kilobytes, { size: decimal.format(size) });
  return text(megabytes, { size: decimal.format(Math.round((bytes / KIB / KIB) * 10) / 10) });
}
