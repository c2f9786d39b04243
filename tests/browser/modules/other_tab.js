/** Another tab writes a draft of user 1 in thread 7, or sends it. @param {string|null} text null: sent */
export function writeInAnotherTab(text) {
  const key = 'chatserver.draft.1.7';
  const tab = document.createElement('iframe');
  tab.src = '/elsewhere';
  return new Promise((resolve) => {
    tab.onload = () => {
      const storage = /** @type {Window} */ (tab.contentWindow).localStorage;
      addEventListener('storage', resolve, { once: true });
      if (text === null) storage.removeItem(key);
      else storage.setItem(key, text);
    };
    document.body.append(tab);
  });
}
