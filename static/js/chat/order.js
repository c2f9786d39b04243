/** Where messages stand in the list: stored ones in the order of their numbers, then pending and refused ones. */

/** The numbers of the first and of the last message shown, 0 when there is none. */
export function firstSeq(list) {
  return Number(list.querySelector('[data-seq]')?.dataset.seq ?? 0);
}

export function lastSeq(list) {
  return Number(lastStored(list)?.dataset.seq ?? 0);
}

export function findStored(list, seq) {
  return list.querySelector(`[data-seq="${Number(seq)}"]`);
}

/** A pending or refused message. */
export function findUnsent(list, id) {
  return Array.from(list.querySelectorAll('.pending, .refused')).find((each) => each.dataset.id === id);
}

export function lastStored(list) {
  let item = list.lastElementChild;
  while (item && !item.dataset.seq) item = item.previousElementSibling;
  return item;
}

/** What a message is to stand before: nearly always the first pending one, or nothing. */
export function successorOf(list, seq) {
  let next = null;
  let item = list.lastElementChild;
  while (item && !(Number(item.dataset.seq) < seq) && !item.matches('.unread-line, .day')) {
    if (Number(item.dataset.seq) !== seq) next = item;
    item = item.previousElementSibling;
  }
  return next;
}
