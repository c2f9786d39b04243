/** What the scripts rely on and TypeScript's library does not know. Only `make check` reads this file. */

/** What `chatserver/web/embed_script.py` writes before the scripts of a site's pages. */
declare const EMBED: {
  /** Of a button and of what is on it: in light mode, in dark mode. */
  accent: [[string, string], [string, string]];
  /** Of pages in neither of ours. */
  language: string;
  words: Record<string, { messages: string; unread: string; close: string }>;
};

interface Event {
  /** Of a CustomEvent: TypeScript cannot know which of our events have which details. */
  readonly detail: any;
}

interface HTMLFormControlsCollection {
  /** Fields by their names. */
  [name: string]: any;
}

interface Navigator {
  /** Only Chromium has it. */
  readonly connection?: EventTarget;
}
