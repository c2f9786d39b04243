/**
 * Listens to the events of one thread.
 * @param {EventTarget} source
 * @param {number} thread
 * @param {AbortSignal} signal ends it
 * @returns {(type: string, handle: (detail: any) => void) => void}
 */
export function ofThread(source, thread, signal) {
  return (type, handle) => {
    const listener = ({ detail }) => {
      if (detail.thread === thread) handle(detail);
    };
    source.addEventListener(type, listener, { signal });
  };
}
