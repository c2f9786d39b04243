/** The order of messages in the list: stored ones in the order of their numbers, then pending and refused ones. */

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

/** Returns the element before which a message belongs: nearly always the first pending one, or nothing. */
export function successorOf(list, seq) {
  let next = null;
  let item = list.lastElementChild;
  while (item && !isBefore(item, seq) && !item.matches('.unread-line, .day')) {
    if (Number(item.dataset.seq) !== seq) next = item;
    item = item.previousElementSibling;
  }
  return next;
}

const isBefore = ({ dataset }, seq) => Number(dataset.seq) < seq || Number(dataset.after) < seq;

/** What a note is to stand before. */
export function successorOfNote(list, { after, change }) {
  const isEarlier = ({ dataset }) =>
    Number(dataset.seq) <= after ||
    Number(dataset.after) < after ||
    (Number(dataset.after) === after && Number(dataset.change) < change);
  let next = null;
  for (let item = list.lastElementChild; item && !isEarlier(item); item = item.previousElementSibling) next = item;
  return next;
}
