import { letter, singleKeys } from '../shell/shortcuts.js';

const LONG_PRESS_MS = 500;
const TREMBLE_PX = 10; // a finger that moves further scrolls
const KEYS = { r: 'reply', e: 'edit', c: 'copy' };

/**
 * The ways to the menu of a message: the right button, a long press, and keys on a message that has the focus. A long
 * press on the chip of a reaction tells who is behind it.
 * @param {HTMLElement} list
 * @param {(item: any, place?: {x: number, y: number}) => void} open
 * @param {(chip: any) => boolean} tell returns whether it told anything
 * @param {(item: any, action: string) => void} act the action of a single key
 * @param {AbortSignal} signal
 */
export function followGestures(list, open, tell, act, signal) {
  const itemOf = ({ target }) => target.closest('.bubble')?.closest('.message');
  let timer = 0;
  let start = { x: 0, y: 0 };
  let isPressed = false; // by a long press: lifting the finger is then not a click
  const stop = () => clearTimeout(timer);

  list.addEventListener('contextmenu', (/** @type {any} */ event) => {
    const item = itemOf(event);
    const isTouch = event.pointerType === 'touch' || isPressed;
    const isBrowsers = event.shiftKey || event.target.closest('a, input, textarea') || String(getSelection());
    if (!item || (isBrowsers && !isTouch)) return;
    event.preventDefault();
    if (!isPressed) open(item, { x: event.clientX, y: event.clientY });
  });
  list.addEventListener('pointerdown', (/** @type {any} */ event) => {
    stop();
    isPressed = false;
    const item = itemOf(event);
    const chip = event.target.closest('.chip');
    if (event.pointerType !== 'touch' || !event.isPrimary || !item) return;
    start = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      isPressed = true;
      navigator.vibrate?.(10);
      if (!chip || !tell(chip)) open(item, start);
    }, LONG_PRESS_MS);
  });
  list.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (Math.hypot(clientX - start.x, clientY - start.y) > TREMBLE_PX) stop();
  });
  for (const end of ['pointerup', 'pointercancel']) list.addEventListener(end, stop);
  const lift = (event) => {
    if (isPressed) {
      event.preventDefault();
      event.stopPropagation();
    }
    isPressed = false;
  };
  document.addEventListener('click', lift, { capture: true, signal }); // the menu is under the finger by now
  list.addEventListener('keydown', (event) => {
    const item = /** @type {any} */ (event.target);
    if (!item.matches('.message') || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const action = singleKeys() && !event.shiftKey ? actionOf(event) : undefined;
    if (event.key === 'Enter' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) open(item);
    else if (action) act(item, action);
    else return;
    event.preventDefault();
  });
}

function actionOf(event) {
  if (event.key === 'Delete' || event.key === 'Backspace') return 'delete';
  return KEYS[letter(event)];
}
