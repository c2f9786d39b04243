/**
 * A page that the server drew for an edit or an answer (`?edit=41`, `?reply=41`, or a refused form) is begun likewise
 * with scripts: the form becomes the plain one again.
 * @param {any} form
 * @returns {{edit?: {seq: number, text: string, base: number}, reply?: number}}
 */
export function takeFormMode(form) {
  const { seq, base, reply, message } = form.elements;
  const mode = {};
  if (seq) mode.edit = { seq: Number(seq.value), text: message.value, base: Number(base.value) };
  if (reply) mode.reply = Number(reply.value);
  if (!seq && !reply) return mode;
  for (const part of [
    seq,
    base,
    reply,
    form.querySelector('.composer-about'),
    form.querySelector('.composer-present'),
  ]) {
    part?.remove();
  }
  if (seq) becomePlain(form);
  return mode;
}

function becomePlain(form) {
  form.action = form.action.replace(/edit\/$/, '');
  form.classList.remove('editing');
  form.elements.message.value = '';
  const id = document.createElement('input');
  id.type = 'hidden';
  id.name = 'client_id';
  form.append(id);
}
