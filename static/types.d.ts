/** What the scripts rely on and TypeScript's library does not know. Only `make check` reads this file. */

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
