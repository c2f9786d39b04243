const REST_MS = 150; // after the last key

/**
 * Offers names of people as one types one. The latest answer wins; a failure leaves what is offered.
 * @param {HTMLInputElement} input
 * @param {HTMLDataListElement} list
 * @param {AbortSignal} [signal]
 */
export function completeName(input, list, signal) {
  let timer = 0;
  let asking = new AbortController();
  const stop = () => {
    clearTimeout(timer);
    asking.abort();
  };
  const type = () => {
    stop();
    const name = input.value.trim();
    const isOffered = Array.from(list.options).some((option) => option.value === name);
    if (name && !isOffered) timer = setTimeout(ask, REST_MS, name);
  };
  const ask = async (name) => {
    asking = new AbortController();
    const people = await find(name, asking.signal);
    if (people) list.replaceChildren(...people.map(option));
  };
  input.addEventListener('input', type, { signal });
  if (document.activeElement === input) type(); // one was quicker than this script
  signal?.addEventListener('abort', stop);
}

/** @returns {Promise<string[]|null>} */
async function find(name, signal) {
  try {
    const response = await fetch(`/messages/people?name=${encodeURIComponent(name)}`, { signal });
    return response.ok ? (await response.json()).people : null;
  } catch {
    return null; // away, overtaken by a later one, or signed out
  }
}

function option(name) {
  const element = document.createElement('option');
  element.value = name;
  return element;
}
