"""Protections of groups: who is in them, and who may change them."""

from tests.faults.protections.protection import Protection

OWNERS = "conversations/groups/test_owners.py"
CREATION = "conversations/groups/test_creation.py"
NEW, PAGE = "web/pages/test_new_groups.py", "web/pages/test_group_page.py"

PROTECTIONS = [
    Protection(
        "Only owners change a group",
        "sql/queries/group_changes.sql",
        "        when not (a.may or a.leaves) then 'not_an_owner'",
        "        when false then 'not_an_owner'",
        f"{OWNERS}::test_only_owners_change_a_group_and_strangers_do_not_find_it",
    ),
    Protection(
        "A group keeps an owner",
        "sql/queries/group_changes.sql",
        "      and not exists (select from present where is_owner and is_living and not goes)\n    order by",
        "      and false\n    order by",
        f"{OWNERS}::test_whoever_joined_first_follows_the_last_owner_who_leaves",
    ),
    Protection(
        "A disabled owner is followed",
        "sql/queries/account_end.sql",
        "      and g.key is null\n",
        "      and false\n",
        f"{OWNERS}::test_a_disabled_owner_is_followed_and_gets_nothing_back",
    ),
    Protection(
        "The id of a group is used for nothing else",
        "sql/queries/messages.sql",
        "                      and (g.thread_id <> b.thread_id or g.text_digest is null)",
        "                      and false",
        f"{CREATION}::test_its_id_belongs_to_it_and_to_its_first_message_alone",
    ),
    Protection(
        "A creation that is sent twice is one group",
        "sql/queries/groups.sql",
        "    where not exists (select from earlier)",
        "    where true",
        f"{CREATION}::test_made_again_it_is_the_same_group_and_nobody_is_added_twice",
    ),
    Protection(
        "Nobody is added who does not allow it",
        "sql/queries/group_changes.sql",
        "        when exists (select from joining where refuses) then 'accepts_no_messages'",
        "        when false then 'accepts_no_messages'",
        f"{CREATION}::test_one_who_does_not_let_themselves_be_added_is_named_and_nothing_is_done",
    ),
    Protection(
        "Strangers are added in limited numbers",
        "sql/queries/group_changes.sql",
        "when %(strangers_a_day)s::bigint > 0 and s.number > 0 and s.before + s.number > %(strangers_a_day)s::bigint",
        "when false",
        f"{CREATION}::test_somebody_adds_a_limited_number_of_strangers_a_day",
    ),
    Protection(
        "A thread of two never becomes a group",
        "sql/queries/group_changes.sql",
        "    where t.id = %(thread_id)s::bigint and t.pair_low is null\n",
        "    where t.id = %(thread_id)s::bigint\n",
        f"{OWNERS}::test_nothing_of_it_works_in_a_thread_of_two",
    ),
    Protection(
        "A thread of two has no page of a group",
        "sql/queries/groups.sql",
        "join threads t on t.id = p.thread_id and t.pair_low is null\nleft join groups g",
        "join threads t on t.id = p.thread_id\nleft join groups g",
        f"{PAGE}::test_programs_are_refused_like_pages",
    ),
    Protection(
        "The last owner stays one",
        "sql/queries/group_changes.sql",
        "                 or not exists (\n",
        "                 or false and not exists (\n",
        f"{OWNERS}::test_the_last_owner_is_not_made_a_member",
    ),
    Protection(
        "A deleted owner is followed",
        "sql/queries/account_end.sql",
        "    where not l.is_programs and not exists (",
        "    where false and not exists (",
        f"{OWNERS}::test_a_deleted_account_leaves_and_is_followed",
    ),
    Protection(
        "A group is erased with the last person who leaves",
        "sql/queries/group_changes.sql",
        "    where t.id = j.id and j.outcome = 'changed' and %(kind)s::text = 'removed' and not j.is_programs",
        "    where false",
        f"{OWNERS}::test_a_group_is_erased_with_its_last_person",
    ),
    Protection(
        "A group is erased with the last account in it",
        "sql/queries/account_end.sql",
        "    delete from threads t using leaving l where t.id = l.thread_id and not l.goes_on",
        "    delete from threads t using leaving l where false",
        f"{OWNERS}::test_a_deleted_account_leaves_and_is_followed",
    ),
    Protection(
        "A group that is made has a limit of people",
        "chatserver/conversations/groups/creation.py",
        "    if 0 < config.group_people < len(people) + (by is not None):",
        "    if False:",
        f"{CREATION}::test_a_group_has_at_least_two_and_at_most_so_many_people",
    ),
    Protection(
        "A group that grows has a limit of people",
        "sql/queries/group_changes.sql",
        "        when %(most_people)s::bigint > 0\n",
        "        when false\n",
        f"{CREATION}::test_a_group_has_at_least_two_and_at_most_so_many_people",
    ),
    Protection(
        "Nobody is in a new group who does not allow it",
        "sql/queries/groups.sql",
        "        when exists (select from joining where refuses) then 'accepts_no_messages'",
        "        when false then 'accepts_no_messages'",
        f"{CREATION}::test_one_who_does_not_let_themselves_be_added_is_named_and_nothing_is_done",
    ),
    Protection(
        "The id of a message makes no group",
        "sql/queries/groups.sql",
        "        when exists (select from messages where sender_id = %(by_id)s::bigint "
        "and client_id = %(client_id)s::uuid)",
        "        when false",
        f"{CREATION}::test_its_id_belongs_to_it_and_to_its_first_message_alone",
    ),
    Protection(
        "The id of a group makes no thread of two",
        "sql/queries/threads.sql",
        "      and not exists (select from group_creations where user_id = %(a)s::bigint "
        "and client_id = %(first_id)s::uuid)\n",
        "",
        f"{NEW}::test_the_id_of_a_group_makes_no_chat_of_two_and_that_of_a_message_no_group",
    ),
    Protection(
        "A form for a group counts as a message",
        "chatserver/web/pages/groups.py",
        "        request.app[RATES].messages.check(user.id)\n        thread_id, checked",
        "        thread_id, checked",
        f"{NEW}::test_each_form_counts_as_a_message_whatever_becomes_of_it",
    ),
    Protection(
        "A change of a group counts as a message",
        "chatserver/web/pages/groups.py",
        "        request.app[RATES].messages.check(user.id)\n        if len(",
        "        if len(",
        f"{PAGE}::test_each_form_counts_as_a_message",
    ),
]
