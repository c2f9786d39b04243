/** The form for a new message, in the pane. */
import { completeName } from './completion.js';

/** @param {HTMLElement} pane @param {AbortSignal} signal when it is left */
export function openNewMessage(pane, signal) {
  completeName(pane.querySelector('[name=recipient_name]'), pane.querySelector('#people'), signal);
}
