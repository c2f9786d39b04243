// What the rules find in JavaScript (`ruleid`), and what they let pass (`ok`).
export function show(element, text) {
  // ruleid: html-from-script
  element.innerHTML = text;
  // ruleid: html-from-script
  element.firstChild.innerHTML += text;
  // ruleid: html-from-script
  element.outerHTML = `<b>${text}</b>`;
  // ruleid: html-from-script
  element.insertAdjacentHTML('beforeend', text);
  // ruleid: html-from-script
  element.setHTMLUnsafe(text);
  // ruleid: html-from-script
  document.createRange().createContextualFragment(text);
  // ruleid: html-from-script
  document.write(text);
  // ruleid: html-from-script
  window.eval(text);
  // ruleid: html-from-script
  eval(text);
  // ruleid: html-from-script
  new Function(text)();
  // ruleid: html-from-script
  setTimeout('show()', 5);
  // ruleid: html-from-script
  element.srcdoc = text;
  // ok: html-from-script
  element.textContent = text;
  // ok: html-from-script
  setTimeout(() => show(element, text), 5);
  // ok: html-from-script
  element.insertAdjacentElement('beforeend', element);
}
