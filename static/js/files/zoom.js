const MOST = 8;
const SWIPE_PX = 60; // a finger that moves so far leads on, or closes
const TAP_MS = 300; // between the two presses of a double one

/**
 * Enlarges a picture by wheel, double click, double tap and two fingers; moves an enlarged one. On one that is not
 * enlarged a swipe aside leads on, and one down closes.
 */
export class Zoom {
  #stage;
  #image;
  #swiped;
  #scale = 1;
  #x = 0;
  #y = 0;
  #pointers = new Map(); // id → its last place
  #drawn = { x: 0, y: 0 };
  #tappedAt = 0;

  /**
   * @param {HTMLElement} stage around the picture, where fingers may be, too
   * @param {HTMLImageElement} image
   * @param {(step: number) => void} swiped 1: to the next, -1: to the previous, 0: down
   */
  constructor(stage, image, swiped) {
    this.#stage = stage;
    this.#image = image;
    this.#swiped = swiped;
    image.draggable = false;
    stage.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    stage.addEventListener('pointerdown', (event) => this.#press(event));
    stage.addEventListener('pointermove', (event) => this.#move(event));
    for (const type of ['pointerup', 'pointercancel'])
      stage.addEventListener(type, (/** @type {any} */ event) => this.#lift(event));
  }

  reset() {
    this.#scale = 1;
    this.#x = this.#y = 0;
    this.#show();
  }

  /** @param {number} factor @param {{x: number, y: number}} [at] what stays in place; the middle of the page */
  by(factor, at = { x: innerWidth / 2, y: innerHeight / 2 }) {
    const scale = Math.min(MOST, Math.max(1, this.#scale * factor));
    const { left, top, width, height } = this.#image.getBoundingClientRect();
    const grows = 1 - scale / this.#scale;
    this.#x += (at.x - left - width / 2) * grows;
    this.#y += (at.y - top - height / 2) * grows;
    this.#scale = scale;
    if (scale === 1) this.#x = this.#y = 0;
    this.#show();
  }

  #show() {
    this.#image.style.transform = `translate(${this.#x}px, ${this.#y}px) scale(${this.#scale})`;
    this.#image.classList.toggle('enlarged', this.#scale > 1);
  }

  #wheel(event) {
    event.preventDefault();
    this.by(event.deltaY < 0 ? 1.25 : 0.8, { x: event.clientX, y: event.clientY });
  }

  #press(event) {
    this.#stage.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#drawn = { x: 0, y: 0 };
  }

  #move({ pointerId, clientX: x, clientY: y }) {
    const before = this.#pointers.get(pointerId);
    if (!before) return;
    const other = [...this.#pointers].find(([id]) => id !== pointerId)?.[1];
    this.#pointers.set(pointerId, { x, y });
    if (other) {
      const apart = (each) => Math.max(1, Math.hypot(each.x - other.x, each.y - other.y));
      this.by(apart({ x, y }) / apart(before), { x: (x + other.x) / 2, y: (y + other.y) / 2 });
      this.#drawn = { x: Number.NaN, y: 0 }; // two fingers do not swipe
      return;
    }
    this.#drawn = { x: this.#drawn.x + x - before.x, y: this.#drawn.y + y - before.y };
    if (this.#scale === 1) return;
    this.#x += x - before.x;
    this.#y += y - before.y;
    this.#show();
  }

  #lift({ pointerId, type, clientX: x, clientY: y, timeStamp }) {
    if (!this.#pointers.delete(pointerId) || this.#pointers.size || type === 'pointercancel') return;
    const { x: aside, y: down } = this.#drawn;
    if (Math.hypot(aside, down) < 10) this.#tap({ x, y }, timeStamp);
    else if (this.#scale > 1) return;
    else if (Math.abs(aside) > Math.max(SWIPE_PX, Math.abs(down))) this.#swiped(aside < 0 ? 1 : -1);
    else if (down > SWIPE_PX) this.#swiped(0);
  }

  #tap(at, now) {
    if (now - this.#tappedAt < TAP_MS) this.by(this.#scale > 1 ? 0 : 2.5, at);
    this.#tappedAt = now;
  }
}
