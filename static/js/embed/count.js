/** The hidden frame: tells the site's page how much the person of its address has not read. With its page, 2 KiB. */
const EVERY_MS = 60_000;
const embedder = document.querySelector('script')?.dataset.origin ?? '';

async function tell() {
  const response = await fetch(`/messages/unread${location.search}`, { cache: 'no-store' }).catch(() => null);
  if (response?.ok || response?.status === 401) {
    const unread = response.ok ? await response.json() : { threads: 0, messages: 0 };
    window.parent.postMessage({ chatserver: 1, type: 'unread', ...unread }, embedder);
  }
}

function tellIfSeen() {
  if (!document.hidden) tell();
}

document.addEventListener('visibilitychange', tellIfSeen);
setInterval(tellIfSeen, EVERY_MS);
tell();
