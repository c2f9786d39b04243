const FAR_PX = 56; // a swipe of this length starts a reply
const FIRST_PX = 10; // by then it is clear whether the finger scrolls

/**
 * Starts a reply when a bubble is swiped aside.
 * @param {HTMLElement} list
 * @param {(item: any) => boolean} may whether a message can be answered
 * @param {(item: any) => void} reply
 */
export function followSwipes(list, may, reply) {
  /** @type {any} */
  let item = null;
  let start = { x: 0, y: 0 };
  let drawn = 0;
  const isRight = getComputedStyle(list).direction === 'ltr' ? 1 : -1;

  const show = (pixels) => {
    drawn = pixels;
    const bubble = item.querySelector('.bubble');
    bubble.style.translate = pixels ? `${isRight * Math.min(pixels, FAR_PX)}px` : '';
    item.classList.toggle('answering', pixels >= FAR_PX);
  };
  const end = () => {
    if (!item) return;
    const answered = drawn >= FAR_PX ? item : null;
    show(0);
    item = null;
    if (answered) reply(answered);
  };
  list.addEventListener('pointerdown', (/** @type {any} */ event) => {
    const under = event.target.closest('.bubble')?.closest('.message');
    item = event.pointerType === 'touch' && event.isPrimary && under && may(under) ? under : null;
    start = { x: event.clientX, y: event.clientY };
    drawn = 0;
  });
  list.addEventListener('pointermove', (event) => {
    if (!item) return;
    const aside = isRight * (event.clientX - start.x);
    const along = Math.abs(event.clientY - start.y);
    if (!drawn && (along > FIRST_PX || aside < -FIRST_PX)) item = null;
    else if (drawn || aside > FIRST_PX) show(Math.max(aside, 0));
  });
  list.addEventListener('pointerup', end);
  list.addEventListener('pointercancel', () => {
    drawn = 0;
    end();
  });
}
