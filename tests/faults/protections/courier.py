"""The protections of what is sent to addresses that others name."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "Only public addresses are connected to",
        "chatserver/courier/outside.py",
        "    if not is_public(str(found[4][0])):\n",
        "    if False:\n",
        "courier/test_addresses.py::test_each_address_that_is_connected_to_is_checked_whatever_the_name_meant_before",
    ),
    Protection(
        "Addresses inside addresses are looked at",
        "chatserver/courier/addresses.py",
        "map(_is_public, _inside(address) or [address])",
        "map(_is_public, [address])",
        "courier/test_addresses.py::test_no_other_address_is_public_also_inside_another",
    ),
    Protection(
        "Redirects of receivers are failures",
        "chatserver/courier/outside.py",
        ", allow_redirects=False)",
        ")",
        "courier/test_retries.py::test_everything_but_a_success_is_a_failure",
    ),
    Protection(
        "One courier at a time sends a thread to a webhook",
        "sql/queries/webhook_events.sql",
        "set claim = gen_random_uuid(), due_at = clock_timestamp() + %(lease)s::float8 * interval '1 second'\n",
        "set claim = gen_random_uuid()\n",
        "courier/test_webhooks.py::test_two_couriers_share_the_work_and_do_nothing_twice",
    ),
    Protection(
        "An event that is not accepted holds up its thread",
        "chatserver/courier/webhooks/delivery.py",
        '            await self._fail(this, answer, f"status {answer.status}")\n            return False\n',
        "            return await self._pass(this, is_accepted=False)\n",
        "courier/test_retries.py::test_an_event_that_is_not_accepted_holds_up_its_thread_and_no_other",
    ),
    Protection(
        "A change is told after its message",
        "chatserver/courier/webhooks/events.py",
        "change.about >= message.seq or message.at <= change.at",
        "False",
        "courier/test_webhooks.py::test_what_happens_in_a_thread_is_told_in_order_and_as_it_is_by_then",
    ),
    Protection(
        "Webhooks tell no texts unless they are asked for",
        "chatserver/courier/webhooks/events.py",
        "    if not with_texts:\n",
        "    if False:\n",
        "courier/test_webhooks.py::test_without_texts_only_what_happened_is_told",
    ),
    Protection(
        "Imported messages are not told",
        "sql/queries/webhook_events.sql",
        " and coalesce(flags & 4, 0) = 0",
        "",
        "courier/test_webhooks.py::test_only_imported_messages_leave_nothing_to_do",
    ),
    Protection(
        "The copy of a site sends nothing",
        "chatserver/courier/webhooks/sender.py",
        "not hooks or not await self._home.is_here()",
        "not hooks or (await self._home.is_here()) is None",
        "courier/test_webhooks.py::test_the_copy_of_a_site_sends_nothing_until_it_is_adopted",
    ),
    Protection(
        "What a courier was sending goes on at once when it ends",
        "chatserver/courier/webhooks/sender.py",
        '                await self._db.execute_idempotent("release_webhook_threads", claims=claims)\n',
        "                pass\n",
        "courier/test_commands.py::test_the_courier_is_a_process_that_sends_and_ends_cleanly",
    ),
]
