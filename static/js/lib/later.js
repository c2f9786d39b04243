/** @type {any} */
const script = document.querySelector('script[data-later]');

const load = (address) => import(address);

/**
 * Loads the script for what a visit to a chat does not need: the form for a new message, and the pages of groups.
 * @returns {Promise<typeof import('../groups.js')>}
 */
export const loadLater = () => load(script.dataset.later);

/**
 * Loads the script for files: previews above the box, uploads, and the viewer.
 * @returns {Promise<typeof import('../files.js')>}
 */
export const loadFiles = () => load(script.dataset.files);

/**
 * Loads the script for a frame in a page of a site.
 * @returns {Promise<typeof import('../embed/messenger.js')>}
 */
export const loadMessenger = () => load(script.dataset.messenger);

/**
 * Loads the script for notifications, where they are allowed or the chat is installed.
 * @returns {Promise<typeof import('../notifications.js')>}
 */
export const loadNotifications = () => load(script.dataset.notifications);

/**
 * Loads the script for browsers whose WebSockets are blocked.
 * @returns {Promise<typeof import('../chat/plain_post.js')>}
 */
export const loadPlainPost = () => load(script.dataset.plainPost);
