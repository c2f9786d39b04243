/**
 * Where no WebSocket gets through: posts the chat's own form with a waiting message under its own id, so
 * that it is stored once, whatever had become of it before.
 * @param {HTMLFormElement} form
 * @param {import('../net/outbox_store.js').Entry} entry
 */
export function sendPlainly(form, entry) {
  const copy = /** @type {HTMLFormElement} */ (form.cloneNode(true));
  copy.hidden = true;
  copy.elements.client_id.value = entry.id;
  copy.elements.message.value = entry.text;
  document.body.append(copy);
  copy.submit();
}
