/** Messages far from the reader are removed, pending ones too, so that the list stays quick. */

/** @param {'start'|'end'} side @returns {any[]} the messages on that side beyond the most that may stay */
export function findFar(list, most, side) {
  const items = [...list.querySelectorAll('.message')];
  if (items.length <= most) return [];
  return side === 'end' ? items.slice(most) : items.slice(0, -most);
}

/** Removes messages, and the lines and days beyond them. */
export function removeFar(items, side) {
  const beyond = side === 'end' ? 'nextElementSibling' : 'previousElementSibling';
  for (const item of items) {
    for (let each = item[beyond]; each && !each.matches('.message'); each = item[beyond]) each.remove();
    item.remove();
  }
}
