import { text as fillIn } from '../lib/sentences.js';
import { iconButton } from './icon_button.js';
import { styled } from './styles.js';
import { Zoom } from './zoom.js';

const LINKS = '#messages .picture a[href]';
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Shows the pictures of the chat one at a time, over the page. Arrows and swipes lead on, Escape back to the message.
 * @param {any} link of the first picture to show
 * @param {any} texts
 */
export async function openViewer(link, texts) {
  await styled;
  new Viewer(link, texts);
}

class Viewer {
  #link;
  #texts;
  #dialog = document.createElement('dialog');
  #stage = document.createElement('div');
  #image = document.createElement('img');
  #name = document.createElement('bdi');
  #place = document.createElement('span');
  #download;
  #play;
  #previous;
  #next;
  #zoom;
  #closing = new AbortController();

  constructor(link, texts) {
    this.#link = link;
    this.#texts = texts;
    this.#download = iconButton('download', texts.download, 'a');
    this.#play = this.#button('play', texts.play, () => this.#load(this.#link.href));
    this.#previous = this.#button('previous', texts.previousPicture, () => this.#go(-1));
    this.#next = this.#button('next', texts.nextPicture, () => this.#go(1));
    this.#zoom = new Zoom(this.#stage, this.#image, (step) => (step ? this.#go(step) : this.#dialog.close()));
    this.#build();
    // Of the page, since a button that is hidden now may have had the focus.
    document.addEventListener('keydown', (event) => this.#press(event), { signal: this.#closing.signal });
    this.#dialog.addEventListener('close', () => this.#leave());
    this.#image.addEventListener('error', () => {
      this.#place.textContent = texts.pictureLost;
    });
    document.body.append(this.#dialog);
    this.#show();
    this.#dialog.showModal();
  }

  #button(name, label, act) {
    const button = iconButton(name, label);
    button.addEventListener('click', act);
    return button;
  }

  #build() {
    const texts = this.#texts;
    this.#dialog.className = 'viewer';
    this.#dialog.setAttribute('aria-label', texts.pictures);
    const bar = document.createElement('div');
    bar.className = 'viewer-bar';
    const title = document.createElement('p');
    title.setAttribute('role', 'status');
    title.append(this.#name, ' ', this.#place);
    bar.append(
      title,
      this.#play,
      this.#button('smaller', texts.smaller, () => this.#zoom.by(0.5)),
      this.#button('larger', texts.larger, () => this.#zoom.by(2)),
      this.#download,
      this.#button('close', texts.close, () => this.#dialog.close()),
    );
    this.#stage.className = 'viewer-stage';
    this.#stage.append(this.#image);
    this.#previous.classList.add('viewer-previous');
    this.#next.classList.add('viewer-next');
    this.#dialog.append(bar, this.#stage, this.#previous, this.#next);
  }

  /** All pictures of the chat that are on the page, in order. */
  get #links() {
    return [...document.querySelectorAll(LINKS)];
  }

  #show() {
    const links = this.#links;
    const place = links.indexOf(this.#link);
    const { alt } = this.#link.querySelector('img');
    const { width, height, animated } = this.#link.parentElement.dataset;
    const isStill = Boolean(animated) && stillness.matches;
    this.#zoom.reset();
    this.#image.removeAttribute('src'); // or the former one is shown until this one comes
    this.#image.width = width;
    this.#image.height = height;
    this.#image.alt = alt;
    this.#name.textContent = alt;
    this.#place.textContent = fillIn(this.#texts.placeOfAll, { place: place + 1, all: links.length });
    this.#download.href = this.#link.href;
    this.#download.download = alt;
    this.#play.hidden = !isStill;
    this.#previous.disabled = place <= 0;
    this.#next.disabled = place === links.length - 1;
    this.#load(isStill ? `${this.#link.href}?size=small` : this.#link.href);
  }

  /** The small picture, which is there already, stands behind until the whole one has come. */
  #load(address) {
    const { currentSrc } = this.#link.querySelector('img');
    this.#image.style.backgroundImage = currentSrc ? `url("${currentSrc}")` : '';
    this.#image.src = address;
  }

  #go(step) {
    const links = this.#links;
    const next = links[links.indexOf(this.#link) + step];
    if (!next) return;
    this.#link = next;
    this.#show();
  }

  #press(event) {
    const { key } = event;
    if (key === 'ArrowLeft') this.#go(-1);
    else if (key === 'ArrowRight') this.#go(1);
    else if (key === '+' || key === '=') this.#zoom.by(2);
    else if (key === '-') this.#zoom.by(0.5);
    else return;
    event.preventDefault();
  }

  /** Back to the message of the picture that was shown last. */
  #leave() {
    this.#closing.abort();
    this.#dialog.remove();
    this.#link.scrollIntoView({ block: 'nearest' });
    this.#link.focus({ preventScroll: true });
  }
}
