/**
 * The form for a new message, in the pane: to one person, or to several, who become a group with a title and a history
 * for newcomers. Names are completed, and what is typed is kept until it is sent.
 */
import { sends } from '../chat/enter_key.js';
import { NameChips } from './name_chips.js';

/**
 * @param {HTMLElement} pane
 * @param {import('../app.js').App} app
 * @param {AbortSignal} signal when the pane is left
 */
export function openNewMessage(pane, { drafts, socket, status, texts }, signal) {
  /** @type {(selector: string) => any} finds what the pane has */
  const find = (selector) => pane.querySelector(selector);
  const form = find('#new-message');
  const { recipient, recipient_name: names, title, message } = form.elements;
  const draft = recipient ? `new.${recipient.value}` : 'new'; // one who is fixed gets no text for somebody else
  const fields = recipient ? [message] : [names, title, message];
  for (const field of fields) if (!field.value) field.defaultValue = drafts.get(`${draft}.${field.name}`);
  const chips = recipient ? null : new NameChips(names, find('#people'), find('#blank-name'), signal);

  const keep = () => {
    for (const field of fields) drafts.put(`${draft}.${field.name}`, field.value);
    if (chips) drafts.put('new.recipient_name', [...chips.names, names.value].filter(Boolean).join(', '));
  };
  const adapt = () => {
    const group = find('#for-group');
    if (!chips || !group) return;
    group.hidden = chips.names.length < 2;
    group.disabled = group.hidden;
  };
  form.addEventListener('input', keep, { signal });
  chips?.addEventListener('change', () => {
    keep();
    adapt();
  });
  adapt();
  keep(); // what was typed before this script was loaded
  if (names?.autofocus) names.focus(); // browsers do not where the address has a fragment
  let isWanted = false; // goes once the connection is there, or says so if it fails
  socket.addEventListener(
    'statechange',
    () => {
      if (isWanted && socket.state !== 'connecting') form.requestSubmit();
    },
    { signal },
  );
  form.addEventListener(
    'submit',
    (event) => {
      chips?.take();
      isWanted = socket.state === 'connecting';
      if (isWanted || socket.state === 'waiting') {
        event.preventDefault(); // the browser would show its own page in place of what was typed
        if (!isWanted) status.say(texts.cannotSend);
      } else {
        for (const field of fields) drafts.put(`${draft}.${field.name}`, '');
      }
    },
    { signal },
  );
  names?.addEventListener(
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
