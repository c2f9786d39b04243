"""Protections of what those in a group see of it, newcomers above all, and those who are out of it no more."""

from tests.faults.protections.protection import Protection

NOTES = "conversations/groups/test_notes.py"
DOORS = "conversations/groups/test_doors.py"
LARGE = "conversations/groups/test_large.py"
MODULES = "browser/test_modules.py"

PROTECTIONS = [
    Protection(
        "A newcomer starts at what the history says",
        "sql/queries/group_changes.sql",
        "           case j.history when 'joined' then j.last_seq + 1 else 1 end,",
        "           1,",
        f"{NOTES}::test_with_joined_a_newcomer_sees_what_comes_after_joining_at_every_door",
    ),
    Protection(
        "A newcomer reads no earlier notes",
        "sql/queries/notes.sql",
        "    and n.after_seq between %(first)s::bigint and %(last)s::bigint and n.change >= p.from_change",
        "    and n.after_seq between %(first)s::bigint and %(last)s::bigint",
        f"{NOTES}::test_with_joined_a_newcomer_sees_what_comes_after_joining_at_every_door",
    ),
    Protection(
        "A note of an earlier stay is not sent to a newcomer",
        "chatserver/realtime/open_threads.py",
        "        is_theirs = event.change >= thread.member.from_change",
        "        is_theirs = True",
        f"{NOTES}::test_a_note_of_an_earlier_stay_tells_a_newcomer_nothing",
    ),
    Protection(
        "A group that was left in between is loaded again",
        "chatserver/realtime/open_threads.py",
        "        if place is not None and place.member.joined_change != thread.member.joined_change:\n"
        "            await self._reset(thread.id)",
        "        if False:\n            await self._reset(thread.id)",
        f"{NOTES}::test_who_is_added_again_while_the_chat_is_open_loads_it_again",
    ),
    Protection(
        "A late removal removes nobody who is back",
        "chatserver/realtime/open_threads.py",
        "            thread = await self._load(event.thread)\n"
        "        except Unavailable:\n            self._handle_again(event)\n"
        "        except ChatError:\n            await self._send(removed_frame(event.thread))",
        "            raise outsider()\n"
        "        except Unavailable:\n            self._handle_again(event)\n"
        "        except ChatError:\n            await self._send(removed_frame(event.thread))",
        f"{NOTES}::test_a_removal_that_arrives_after_the_return_removes_nobody",
    ),
    Protection(
        "Lost notes are delivered",
        "chatserver/realtime/change_repair.py",
        "        for user_id, note in await notes_numbered(self._db, self._config, noted):",
        "        for user_id, note in []:",
        f"{NOTES}::test_lost_notes_reach_open_chats_lists_and_newcomers",
    ),
    Protection(
        "Lost removals are delivered",
        "chatserver/realtime/change_repair.py",
        "        for departure in lost - self._departed:",
        "        for departure in set():",
        f"{NOTES}::test_a_lost_removal_reaches_open_chats_and_lists",
    ),
    Protection(
        "A list gets a message or change once whose event comes during a poll",
        "chatserver/realtime/arrivals.py",
        "            await self._wait()",
        "            pass",
        "realtime/test_gap_repair.py::test_a_message_and_its_change_whose_events_come_late_come_once",
    ),
    Protection(
        "A list gets the news of a removal once whose event comes during a poll",
        "chatserver/realtime/change_repair.py",
        "            await self._wait()",
        "            pass",
        "realtime/test_gap_repair.py::test_the_news_of_being_removed_from_a_group_comes_once",
    ),
    Protection(
        "Lost removals from an erased group are delivered",
        "sql/queries/group_changes.sql",
        "    select gone.user_id, e.id, clock_timestamp() from erased e cross join gone",
        "    select gone.user_id, e.id, clock_timestamp() from erased e cross join gone where false",
        f"{NOTES}::test_a_lost_removal_of_the_last_person_reaches_open_chats_and_lists",
    ),
    Protection(
        "A newcomer's history begins at what they may see",
        "sql/queries/messages.sql",
        "m.seq < %(before)s and m.seq >= p.from_seq",
        "m.seq < %(before)s",
        f"{DOORS}::test_a_newcomer_finds_nothing_from_before_behind_any_door",
    ),
    Protection(
        "A newcomer's replay begins at what they may see",
        "sql/queries/messages.sql",
        "m.seq > greatest(%(after)s, p.from_seq - 1)\n    and m.seq <= greatest(%(after)s, p.from_seq - 1) + ",
        "m.seq > %(after)s\n    and m.seq <= %(after)s + ",
        f"{DOORS}::test_a_newcomer_finds_nothing_from_before_behind_any_door",
    ),
    Protection(
        "A message that is sent again is not published to newcomers",
        "sql/queries/messages.sql",
        " and (a.outcome = 'fresh' or p.from_seq <= a.seq)) end",
        ") end",
        f"{DOORS}::test_a_newcomer_finds_nothing_from_before_behind_any_door",
    ),
    Protection(
        "A link to a date leads to nothing from before",
        "sql/queries/messages.sql",
        "    select p.from_seq, t.last_seq + 1\n",
        "    select 1::bigint, t.last_seq + 1\n",
        f"{DOORS}::test_a_newcomer_finds_nothing_from_before_behind_any_door",
    ),
    Protection(
        "A list previews nothing from before",
        "sql/queries/threads.sql",
        "m.seq = mine.last_seq and m.seq >= mine.from_seq",
        "m.seq = mine.last_seq",
        f"{DOORS}::test_a_newcomer_finds_nothing_from_before_behind_any_door",
    ),
    Protection(
        "Frames of a large group name few people",
        "sql/queries/threads.sql",
        "(size.people_count <= %(named_people)s::bigint or",
        "(true or",
        f"{LARGE}::test_in_a_large_group_frames_name_oneself_alone_and_the_first_of_many",
    ),
    Protection(
        "Presence follows who is in a group",
        "chatserver/realtime/open_threads.py",
        "        elif place is not None:\n            await self._watch(thread)",
        "        elif False:\n            await self._watch(thread)",
        "realtime/presence/test_audience.py::test_presence_follows_who_is_in_an_open_group",
    ),
    Protection(
        "The highest number holds for a group's title and people",
        "static/js/chat/group.js",
        "    if (asOf < this.#asOf) return;\n",
        "",
        f"{MODULES}::test_module[title_and_people_are_shown_as_the_highest_number_tells_them]",
    ),
    Protection(
        "A page from an earlier stay is loaded again",
        "static/js/chat/group.js",
        "    return this.#isOut || from !== this.#from;",
        "    return false;",
        f"{MODULES}::test_module[a_page_from_before_one_was_taken_out_or_sees_less_is_of_another_stay]",
    ),
]
