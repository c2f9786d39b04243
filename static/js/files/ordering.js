const TREMBLE_PX = 6; // a press that moves less is no drag

/**
 * Puts the items of a list in another order: by dragging them, or by the arrow keys on one.
 * @param {HTMLElement} list
 * @param {(from: number, to: number) => void} moved
 */
export function followOrdering(list, moved) {
  const items = () => [...list.children];

  const move = (item, to) => {
    const from = items().indexOf(item);
    if (to < 0 || to >= items().length || to === from) return;
    list.insertBefore(item, items()[to > from ? to + 1 : to] ?? null);
    moved(from, to);
  };

  list.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const item = /** @type {any} */ (event.target).closest('li');
    if (!step || !item || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const isRight = getComputedStyle(list).direction === 'ltr' ? 1 : -1;
    move(item, items().indexOf(item) + step * isRight);
    item.querySelector('button').focus();
  });

  /** @type {any} */
  let dragged = null;
  let start = { x: 0, y: 0 };
  list.addEventListener('pointerdown', (event) => {
    dragged = event.isPrimary ? /** @type {any} */ (event.target).closest('.tray-grip')?.closest('li') : null;
    start = { x: event.clientX, y: event.clientY };
  });
  list.addEventListener('pointermove', (event) => {
    const { clientX: x, clientY: y } = event;
    if (!dragged || (!dragged.matches('.dragged') && Math.hypot(x - start.x, y - start.y) < TREMBLE_PX)) return;
    if (!dragged.matches('.dragged')) list.setPointerCapture(event.pointerId);
    dragged.classList.add('dragged');
    const under = items().findIndex((item) => {
      const { left, right, top, bottom } = item.getBoundingClientRect();
      return x >= left && x <= right && y >= top && y <= bottom;
    });
    if (under >= 0) move(dragged, under);
  });
  const end = () => {
    dragged?.classList.remove('dragged');
    dragged = null;
  };
  list.addEventListener('pointerup', end);
  list.addEventListener('pointercancel', end);
}
