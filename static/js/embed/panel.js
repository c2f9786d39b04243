/**
 * The button on the site's page, and the place of the messenger's frame: in a shadow tree, which keeps the site's
 * styles out, with a sheet that no content security policy forbids.
 */
const { accent, words } = EMBED;
const SVG = 'http://www.w3.org/2000/svg';
const BUBBLE =
  'm10 3h12a8 8 0 0 1 8 8v6a8 8 0 0 1-8 8h-7l-6.4 4.6a1 1 0 0 1-1.6-.8v-4.4a8 8 0 0 1-5-7.4v-6a8 8 0 0 1 8-8z';
const CROSS = 'm8 8l16 16m0-16l-16 16';
const STYLES = `
:host { all: initial; position: fixed; inset: auto 16px 16px auto; z-index: 2147483000;
  --accent: ${accent[0][0]}; --on: ${accent[0][1]}; --edge: #0002; color-scheme: light dark }
@media (prefers-color-scheme: dark) { :host { --accent: ${accent[1][0]}; --on: ${accent[1][1]}; --edge: #fff3 } }
:host(:dir(rtl)) { inset: auto auto 16px 16px }
button { position: relative; inline-size: 56px; block-size: 56px; padding: 14px; border: 0; border-radius: 50%;
  background: var(--accent); color: var(--on); box-shadow: 0 2px 12px #0005; cursor: pointer }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px }
svg { display: block; fill: none; stroke: currentcolor; stroke-width: 2.5; stroke-linecap: round }
b { position: absolute; inset: -4px -4px auto auto; min-inline-size: 22px; box-sizing: border-box; padding: 0 5px;
  border-radius: 11px; background: #a3281f; color: #fff; font: 700 13px/22px system-ui, sans-serif }
[hidden] { display: none !important }
div { position: absolute; inset: auto 0 72px auto; inline-size: 384px; block-size: min(640px, 100vh - 112px);
  overflow: hidden; border-radius: 16px; box-shadow: 0 0 0 1px var(--edge), 0 8px 40px #0005; background: canvas }
:host(:dir(rtl)) div { inset: auto auto 72px 0 }
iframe { display: block; inline-size: 100%; block-size: 100%; border: 0 }
@media (max-width: 479px), (max-height: 479px) {
  div { position: fixed; inset: 0 !important; inline-size: auto; block-size: auto; padding-block-start: 48px;
    border-radius: 0 }
  [aria-expanded=true] { position: fixed; inset: 4px 4px auto auto; z-index: 1; inline-size: 40px; block-size: 40px;
    padding: 10px; box-shadow: none }
  [aria-expanded=true] b { display: none }
}`;

export class Panel {
  #host = document.createElement('chat-server');
  #root = this.#host.attachShadow({ mode: 'open' });
  #button = document.createElement('button');
  #icon = document.createElementNS(SVG, 'path');
  #count = document.createElement('b');
  #place = document.createElement('div');
  #unread = 0;
  /** @type {any} */
  #before = null; // what had the focus when it was opened

  /** @param {() => void} toggle */
  constructor(toggle) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 32 32');
    svg.setAttribute('aria-hidden', 'true');
    svg.append(this.#icon);
    this.#button.type = 'button';
    this.#button.append(svg, this.#count);
    this.#button.addEventListener('click', toggle);
    this.#root.addEventListener('keydown', (/** @type {any} */ { key }) => {
      if (key === 'Escape' && this.isOpen) toggle();
    });
    this.#root.append(this.#button, this.#place);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    this.#root.adoptedStyleSheets = [sheet];
    this.close();
  }

  get isOpen() {
    return !this.#place.hidden;
  }

  /** Offers the button, or takes everything away. @param {boolean} isOffered */
  offer(isOffered) {
    if (!isOffered) this.#host.remove();
    else if (!this.#host.isConnected) document.body.append(this.#host); // frames that move load again
  }

  /** @param {HTMLIFrameElement} frame that shows the messenger @param {boolean} isSeen or only counts */
  hold(frame, isSeen) {
    frame.title = this.#words.messages;
    frame.hidden = !isSeen;
    (isSeen ? this.#place : this.#root).append(frame);
  }

  open() {
    if (!this.isOpen) this.#before = document.activeElement;
    this.#place.hidden = false;
    this.#draw();
    this.#place.querySelector('iframe')?.focus();
  }

  /** Gives the focus back to where it was. */
  close() {
    const wasOpen = this.isOpen;
    this.#place.hidden = true;
    this.#draw();
    if (!wasOpen || ![this.#host, document.body].includes(/** @type {any} */ (document.activeElement))) return;
    const isElsewhere = this.#before?.isConnected && ![this.#host, document.body].includes(this.#before);
    (isElsewhere ? this.#before : this.#button).focus();
  }

  /** @param {number} unread messages */
  count(unread) {
    this.#unread = unread;
    this.#draw();
  }

  #draw() {
    const { messages, unread, close } = this.#words;
    this.#icon.setAttribute('d', this.isOpen ? CROSS : BUBBLE);
    this.#count.textContent = this.#unread > 99 ? '99+' : String(this.#unread);
    this.#count.hidden = !this.#unread;
    const closed = this.#unread ? unread.replace('%(num)s', String(this.#unread)) : messages;
    this.#button.setAttribute('aria-label', this.isOpen ? close : closed);
    this.#button.setAttribute('aria-expanded', String(this.isOpen));
  }

  /** In the page's language. */
  get #words() {
    return words[document.documentElement.lang.split('-')[0].toLowerCase()] ?? words[EMBED.language];
  }
}
