import { ChangeAnnouncer } from './change_announcer.js';
import { Changes } from './changes.js';
import { Composer } from './composer.js';
import { Counts } from './counts.js';
import { takeFormMode } from './form_mode.js';
import { Group } from './group.js';
import { History } from './history.js';
import { MessageList } from './messages.js';
import { Notice } from './notice.js';
import { People } from './people.js';
import { PresenceLine } from './presence.js';
import { Reading } from './reading.js';
import { EndScroll } from './scroll.js';
import { Timeline } from './timeline.js';
import { ToEnd } from './to_end.js';
import { TypingIndicator } from './typing.js';

/** An open chat: its parts, and how they work together when a message arrives. */
export class ChatView {
  #me;
  #router;
  #texts;
  #isAway = false; // the user looks away, so the next message gets a line above it

  /**
   * @param {HTMLElement} pane as the server drew it
   * @param {import('../app.js').App} app
   * @param {AbortSignal} signal when the chat is left
   */
  constructor(pane, app, signal) {
    const { me, texts, socket, drafts, router } = app;
    this.#me = me;
    this.#router = router;
    this.#texts = texts;
    /** @type {(id: string) => any} finds what the pane has */
    this.find = (id) => pane.querySelector(`#${id}`);
    const { find } = this;
    this.pane = pane;
    this.data = JSON.parse(pane.dataset.chat ?? '');
    const { thread } = this.data;
    this.thread = thread.id;
    this.scroll = new EndScroll(find('log'), signal);
    this.people = new People(me.id);
    this.group = new Group(pane, this.data, this.people, app);
    this.list = new MessageList(pane, this.data, me, this.people, this.scroll, texts);
    this.changes = new Changes(app, this.data, this.list, signal);
    this.announcer = new ChangeAnnouncer(find('changes-status'), this.people, texts, me.id);
    this.changes.addEventListener('live', ({ detail: { before, now } }) => this.announcer.announce(before, now));
    this.timeline = new Timeline(thread.total);
    this.counts = new Counts(find('counts'), thread);
    const { states } = this.changes;
    this.history = new History(pane, thread.id, this.list, states, this.scroll.element, this.data, signal);
    this.history.addEventListener('page', ({ detail }) => this.changes.takePage(detail));
    this.end = new ToEnd(find('to-end'), this.scroll, texts.newMessages, thread.unread, () => this.isEnd);
    const seesEnd = () => this.seesEnd;
    this.reading = new Reading(socket, thread.id, this.timeline, this.scroll, seesEnd, thread.readSeq, signal);
    this.typing = new TypingIndicator(socket, thread.id, find('typing'), this.people, texts);
    this.presence = new PresenceLine(find('presence'), this.people, texts);
    this.notice = new Notice(find('notice'), find('notice-text'), find('send-plainly'));
    const form = find('composer'); // missing if the other user is blocked or deleted
    this.mode = form ? takeFormMode(form) : {};
    this.composer = form && new Composer(form, texts, drafts, thread.id, signal);
    this.group.addEventListener('change', () => this.presence.show());
    this.group.addEventListener('leave', () => this.#leave());
    addEventListener('focus', () => this.#comeBack(), { signal });
  }

  /** One takes no part any more: what is there can be read, and what was typed be copied. */
  #leave() {
    this.notice.say(this.#texts.noMember);
    this.composer?.close();
    this.typing.stop();
    this.presence.showUnknown(true);
  }

  #comeBack() {
    this.#isAway = false;
  }

  get isEnd() {
    return this.scroll.atEnd && this.history.complete;
  }

  /** Whether somebody looks at the newest message. */
  get seesEnd() {
    return this.isEnd && !document.hidden && document.hasFocus();
  }

  focus() {
    (this.composer ?? this.pane).focus({ preventScroll: true });
  }

  /** @returns {Promise<boolean>} whether the end is shown here; otherwise another pane shows it */
  goToEnd() {
    return this.#router.go(this.find('to-end').href);
  }

  scrollToEnd() {
    if (this.history.complete) this.scroll.toEnd();
    else this.goToEnd();
  }

  /** Shows a stored message: somebody else's, or the user's own once it is acknowledged. */
  receive(message) {
    const { list, history } = this;
    if (!this.timeline.add(message.seq)) {
      list.drop(message.id);
      this.changes.know(message.seq); // as it is drawn: what is told now may be newer
      this.changes.take(message);
      return;
    }
    const own = message.sender.id === this.#me.id;
    if (!own) this.#announce(message.sender.id);
    if (history.complete || !list.drop(message.id)) history.add(message);
    else this.scrollToEnd(); // written in old history without a connection: scroll to it
    this.changes.take(message);
    this.find('no-messages').hidden = true;
    this.counts.add(own);
    this.reading.notice();
  }

  #announce(sender) {
    this.end.count();
    this.typing.hide(sender);
    if (!this.history.complete || this.#isAway || (!document.hidden && document.hasFocus())) return;
    this.#isAway = true;
    this.list.unreadLine.drawAtEnd();
  }
}
