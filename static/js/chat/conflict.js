import { plain } from '../lib/format.js';

/**
 * Shows in a message that an edit of it was refused, with both texts if somebody else changed it meanwhile, and buttons
 * for the choices, which fire `decide` ({entry, decision}).
 * @param {any} item
 * @param {import('../net/outbox_store.js').Entry|undefined} entry none: what was shown goes
 * @param {any} texts
 */
export function drawRefusedEdit(item, entry, texts) {
  item.querySelector('.message-conflict')?.remove();
  if (!entry) return;
  const { text = '', present, reason } = entry;
  const box = document.createElement('div');
  box.className = 'message-conflict';
  const parts = [
    line('p', 'conflict-reason', `${texts.notSaved} ${present ? texts.changedMeanwhile : (reason ?? '')}`),
  ];
  parts.push(...side(texts.yourText, plain(text)));
  if (present) parts.push(...side(texts.textNow, plain(present.text)));
  const decisions = present
    ? { useMine: texts.useMine, drop: texts.keepOther, edit: texts.edit }
    : { tryAgain: texts.tryAgain, drop: texts.discard };
  const actions = line('p', 'message-actions', '');
  for (const [decision, label] of Object.entries(decisions)) {
    const button = line('button', 'button small', label);
    button.type = 'button';
    button.addEventListener('click', () =>
      button.dispatchEvent(new CustomEvent('decide', { bubbles: true, detail: { entry, decision } })),
    );
    actions.append(button);
  }
  box.append(...parts, actions);
  item.querySelector('.bubble').append(box);
}

function side(title, text) {
  const words = line('p', 'conflict-text', text);
  words.dir = 'auto';
  return [line('p', 'conflict-title', title), words];
}

/** @returns {any} */
function line(name, className, text) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}
