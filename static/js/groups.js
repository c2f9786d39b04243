/** Entry of the script that is loaded when it is first needed (`lib/later.js`). */

import { openGroup } from './groups/group_page.js';
import { GroupPanel } from './groups/group_panel.js';
import { openNewMessage } from './groups/new_message.js';

/**
 * Connects a pane that is not a chat.
 * @param {HTMLElement} pane
 * @param {import('./app.js').App} app
 * @param {AbortSignal} signal aborts when the pane is left
 */
export function openPane(pane, app, signal) {
  if (pane.dataset.group) openGroup(pane, app, signal);
  else openNewMessage(pane, app, signal);
}

/**
 * Makes the panel that shows the page of a group beside its chat.
 * @param {import('./chat/view.js').ChatView} view
 * @param {import('./app.js').App} app
 * @param {AbortSignal} signal aborts when the chat is left
 */
export function makePanel(view, app, signal) {
  return new GroupPanel(view, app, signal);
}
