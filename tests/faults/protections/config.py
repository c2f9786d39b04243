"""Protections in `chatserver/config`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "IPv4 on a dual-stack socket counts as IPv4",
        "chatserver/config/urls.py",
        "return address.ipv4_mapped or IPv6Address(int(address))",
        "return IPv6Address(int(address))",
        "web/test_client_address.py::test_behind_a_proxy_that_comes_in_by_ipv4_everybody_has_their_own_tries",
    ),
    Protection(
        "A quote left open swallows no other setting",
        "chatserver/config/settings_file.py",
        "            elif binding.error or binding.key is not None:",
        "            elif binding.key is not None:",
        "config/test_settings_file.py::test_a_quote_left_open_is_told_by_its_line_and_swallows_no_other",
    ),
    Protection(
        "The longest message fits into a frame and a form",
        "chatserver/config/load.py",
        "Config(**values | derived(values))",
        "Config(**values)",
        "config/test_related_settings.py::test_the_longest_message_fits_into_a_form_and_a_frame_whatever_is_in_it",
    ),
    Protection(
        "An unreadable accent is refused",
        "chatserver/config/accent.py",
        "        if ratio < READABLE:",
        "        if False:",
        "web/test_site.py::test_a_colour_that_cannot_be_read_is_told_with_its_contrast_and_one_that_would_do",
    ),
]
