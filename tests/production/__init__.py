"""The whole system, with the files of deploy/ and Debian's programs: `make production-test`."""
