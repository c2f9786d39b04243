import { forgetFiles, mayHaveFiles } from './file_database.js';
import { setPushOwner } from './push_owner.js';

/**
 * Signing out leaves no drafts and no files in this browser, and ends its pushes.
 * @param {HTMLFormElement|null} form
 * @param {import('./drafts.js').Drafts} drafts
 * @param {number} userId
 */
export function followSignOut(form, drafts, userId) {
  form?.addEventListener('submit', async (event) => {
    drafts.clear();
    setPushOwner(0);
    if (!mayHaveFiles(userId)) return;
    event.preventDefault();
    await forgetFiles(userId);
    form.submit();
  });
}
