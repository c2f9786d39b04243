# What is asked of the site, and how its servers stand.
# shellcheck disable=SC2034  # the scripts that read this file use it
SITES_PATHS="/ /static/site.css /nowhere /healthz /messages-from-us/"
site() { local path=$1; shift; curl --silent --show-error --cacert /etc/site-tls/site.pem --resolve example.org:443:127.0.0.1 "$@" https://example.org$path; }
comparable() { grep --text --invert-match --ignore-case '^date:\|^expires:\|^set-cookie:\|^etag:\|^last-modified:'; }
redis_settings() { for name in maxmemory maxmemory-policy save requirepass; do redis-cli config get $name; done; redis-cli acl list | grep '^user default'; }
postgres_settings() { runuser -u postgres -- psql --tuples-only -c "select name, setting from pg_settings where context <> 'internal' and name <> 'application_name' order by 1"; }
