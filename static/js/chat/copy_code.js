const COPIED_MS = 2000;

/**
 * Gives each block of code a button that copies it, where the browser lets a page do so (only over https).
 * @param {HTMLElement} element
 * @param {{copyCode: string, copied: string}} texts
 */
export function addCopyButtons(element, texts) {
  if (!navigator.clipboard) return;
  for (const block of element.querySelectorAll('pre')) block.append(copyButton(block, texts));
}

/** The button has no text, so that the text of the message does not change. */
function copyButton(block, { copyCode, copied }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy-code';
  button.setAttribute('aria-label', copyCode);
  button.title = copyCode;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.textContent);
    button.classList.add('copied');
    button.setAttribute('aria-label', copied);
    setTimeout(() => {
      button.classList.remove('copied');
      button.setAttribute('aria-label', copyCode);
    }, COPIED_MS);
  });
  return button;
}
