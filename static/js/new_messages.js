import { plural } from './texts.js';

/**
 * The button that says how many messages came while the reader was further up, and leads to them.
 * @param {HTMLButtonElement} button
 * @param {import('./scroll.js').EndScroll} scroll
 * @param {Object<string, string>} forms by plural category
 * @returns {() => void} call it before a message of somebody else is shown
 */
export function countNewMessages(button, scroll, forms) {
  let count = 0;
  const show = () => {
    button.hidden = count === 0;
    if (count) button.textContent = plural(forms, count);
  };
  const reset = () => { count = 0; show(); };
  button.addEventListener('click', () => { scroll.toEnd(); reset(); });
  scroll.addEventListener('reachend', reset);
  return () => {
    if (scroll.atEnd) return;
    count += 1;
    show();
  };
}
