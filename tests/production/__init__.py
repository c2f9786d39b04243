"""The whole of it, with the files of deploy/ and Debian's programs: `make production-test`."""
