const PLAIN = 'code, .message-quote, mark';

/**
 * Marks words in a message.
 * @param {Element} message
 * @param {string[]} words as they are written there
 */
export function mark(message, words) {
  const text = message.querySelector('.message-text');
  if (!text || !words.length) return;
  const wanted = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.map(quoted).join('|')})(?![\\p{L}\\p{N}])`, 'giu');
  for (const node of textNodes(text)) {
    for (const found of [...node.data.matchAll(wanted)].reverse()) {
      const word = node.splitText(found.index);
      word.splitText(found[0].length);
      const marked = document.createElement('mark');
      word.replaceWith(marked);
      marked.append(word);
    }
  }
}

const quoted = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @returns {any[]} */
function textNodes(element) {
  const nodes = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement?.closest(PLAIN)) nodes.push(walker.currentNode);
  return nodes;
}
