"""Protections in `chatserver/config`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "IPv4 on a dual-stack socket counts as IPv4",
        "chatserver/config/urls.py",
        "return address.ipv4_mapped or IPv6Address(int(address))",
        "return IPv6Address(int(address))",
        "web/test_client_address.py::test_users_behind_an_ipv4_proxy_have_separate_attempts",
    ),
    Protection(
        "An unclosed quote affects no other setting",
        "chatserver/config/settings_file.py",
        "            elif binding.error or binding.key is not None:",
        "            elif binding.key is not None:",
        "config/test_settings_file.py::test_an_unclosed_quote_is_reported_with_its_line_and_swallows_no_other_setting",
    ),
    Protection(
        "The longest message fits into a frame and a form",
        "chatserver/config/load.py",
        "Config(**values | derived(values))",
        "Config(**values)",
        "config/test_related_settings.py::test_the_longest_message_fits_into_a_form_and_a_frame_whatever_its_characters",
    ),
    Protection(
        "An unreadable accent is refused",
        "chatserver/config/accent.py",
        "        if ratio < READABLE:",
        "        if False:",
        "web/test_site.py::test_an_unreadable_color_is_reported_with_its_contrast_and_a_readable_one",
    ),
]
