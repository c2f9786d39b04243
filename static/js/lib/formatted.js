/** Draws the texts of messages as nodes, as `chatserver/web/rendering/texts.py` does as HTML. */

import { mayBeFormatted, parse } from './format.js';
import { link, showText } from './links.js';

const ELEMENTS = { bold: 'strong', italic: 'em', code: 'code', quote: 'blockquote' };

/**
 * Fills an element with a text, formatted, its links made clickable. `textContent` is then `plain(text)`.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function showFormatted(element, text) {
  if (mayBeFormatted(text)) element.replaceChildren(...parse(text).flatMap(drawBlock));
  else showText(element, text);
}

/** Blocks break lines by themselves, but copied text needs the character. */
function drawBlock(block, place) {
  const nodes = 'text' in block ? block.text.map(drawInline) : [drawOne(block)];
  return place ? [between(), ...nodes] : nodes;
}

function between() {
  const element = document.createElement('span');
  element.hidden = true;
  element.textContent = '\n';
  return element;
}

function drawOne(block) {
  if ('quote' in block) return drawInline(block);
  const element = document.createElement('pre');
  element.append(drawInline(block));
  return element;
}

function drawInline(inline) {
  if (typeof inline === 'string') return inline;
  const [[kind, content]] = Object.entries(inline);
  if (kind === 'link') return link(content);
  const element = document.createElement(ELEMENTS[kind]);
  element.append(...(typeof content === 'string' ? [content] : content.map(drawInline)));
  return element;
}
