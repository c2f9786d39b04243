/**
 * The button beside the message under the mouse. It is outside the list, so that a screen reader does not
 * take it for something new in there; keys open the menu on the message itself.
 * @param {any} tools
 * @param {HTMLElement} list
 * @param {HTMLElement} log scrolls
 * @param {(item: any) => boolean} has whether a message has a menu
 * @param {(item: any, place: {x: number, y: number}) => void} open
 */
export function followMouse(tools, list, log, has, open) {
  /** @type {any} */
  let item = null;
  const hide = () => {
    item = null;
    tools.hidden = true;
  };
  list.addEventListener('pointerover', (/** @type {any} */ { target, pointerType }) => {
    const over = pointerType === 'mouse' ? target.closest('.message') : null;
    if (!over || over === item) return;
    if (has(over)) show(over);
    else hide();
  });
  tools.parentElement.addEventListener('pointerleave', hide);
  log.addEventListener('scroll', hide, { passive: true });
  const moving = new ResizeObserver(hide); // as what is below the log grows, the messages move, too
  for (const each of [list, log]) moving.observe(each);
  tools.querySelector('button').addEventListener('click', (event) => {
    event.stopPropagation(); // in browsers without popovers the click would close what it opens
    const { left, bottom } = tools.getBoundingClientRect();
    if (item) open(item, { x: left, y: bottom });
    hide();
  });

  function show(over) {
    item = over;
    tools.hidden = false;
    const bubble = item.querySelector('.bubble').getBoundingClientRect();
    const frame = tools.parentElement.getBoundingClientRect();
    const isAtRight = item.matches('.own') === (getComputedStyle(list).direction === 'ltr');
    const left = isAtRight ? bubble.left - tools.offsetWidth : bubble.right;
    tools.style.left = `${Math.max(0, Math.min(left - frame.left, frame.width - tools.offsetWidth))}px`;
    tools.style.top = `${Math.max(0, bubble.top - frame.top)}px`;
  }
}
