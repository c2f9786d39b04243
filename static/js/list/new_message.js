/** The form for a new message, in the pane: names are completed, and what is typed is kept until it is sent. */

import { sends } from '../chat/enter_key.js';
import { completeName } from './completion.js';

/**
 * @param {HTMLElement} pane
 * @param {import('../app.js').App} app
 * @param {AbortSignal} signal when the pane is left
 */
export function openNewMessage(pane, { drafts, socket, status, texts }, signal) {
  /** @type {(selector: string) => any} finds what the pane has */
  const find = (selector) => pane.querySelector(selector);
  const form = find('#new-message');
  const fields = [form.elements.recipient_name, form.elements.message];
  const keep = (text = (field) => field.value) => {
    for (const field of fields) drafts.put(`new.${field.name}`, text(field));
  };
  for (const field of fields) field.value ||= drafts.get(`new.${field.name}`);
  form.addEventListener('input', () => keep(), { signal });
  form.addEventListener(
    'submit',
    (event) => {
      if (socket.state === 'waiting' || socket.state === 'connecting') {
        event.preventDefault(); // the browser would show its own page in place of what was typed
        status.say(texts.cannotSend);
      } else {
        keep(() => '');
      }
    },
    { signal },
  );
  const [name, message] = fields;
  completeName(name, find('#people'), signal, () => message.focus());
  name.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Enter' || event.defaultPrevented || event.isComposing || message.value.trim()) return;
      event.preventDefault();
      message.focus(); // there is nothing to send yet
    },
    { signal },
  );
  message.addEventListener(
    'keydown',
    (event) => {
      if (!sends(event)) return;
      event.preventDefault();
      form.requestSubmit();
    },
    { signal },
  );
}
