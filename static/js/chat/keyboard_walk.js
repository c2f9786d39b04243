/** Leads from message to message, and to the notes between them, by the arrow keys. */

/** @param {HTMLElement} log holds the list, and has the focus before a message does */
export function walkByArrows(log, list) {
  log.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.altKey) return;
    const items = [...list.querySelectorAll('.message, .note:not([hidden])')];
    const place = items.indexOf(document.activeElement?.closest('.message, .note'));
    const item = place < 0 ? items.at(-1) : items[place + step];
    if (!item) return;
    event.preventDefault();
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: 'nearest' });
  });
}
