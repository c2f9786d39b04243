# What must be so when the page was followed.
set -eu
if [ $WAY = alone ]; then tls=/etc/chatserver/tls/fullchain.pem; hsts="max-age=31536000; includeSubDomains"; else tls=/etc/site-tls/site.pem; hsts=; fi
ours="--silent --show-error --cacert $tls --resolve $DOMAIN:443:127.0.0.1"
page() { curl $ours --fail "$@"; }
has_hsts() { curl $ours --output /dev/null --dump-header - "$1" | tr -d '\r' | sed -n 's/^strict-transport-security: //Ip' > /tmp/hsts; test "$(cat /tmp/hsts)" = "$hsts"; }

echo "== nginx is content, and cannot read what is secret"
nginx -t 2>&1 | tee /tmp/nginx
if grep '\[warn\]' /tmp/nginx; then exit 1; fi
while read -r file; do
    if runuser -u www-data -- cat "$file"; then exit 1; fi
done < <(find /etc/chatserver -type f)
runuser -u chatserver -- cat /etc/chatserver/chatserver.env > /dev/null
if runuser -u chatserver -- cat /etc/chatserver/redis.conf 2> /dev/null; then exit 1; fi

echo "== the units run, and reach this machine alone"
systemctl is-active chatserver@1 chatserver@2 chatserver.target
if [ $WAY != shared ]; then systemctl is-active chatserver-redis; fi
systemctl show --property IPAddressDeny --value chatserver@1 | grep '0.0.0.0/0' | grep '::/0'
if journalctl --unit 'chatserver*' | grep -i 'traceback\|unknown key\|unknown lvalue\|failed to'; then exit 1; fi

echo "== the chat answers"
page --retry 9 --retry-delay 1 --retry-all-errors https://$DOMAIN/messages/sign-in/ > /tmp/page  # nginx reloads by and by
style=$(grep -o '/messages/static/[^"]*\.css' /tmp/page | head -1)
if [ $WAY = alone ]; then
    test "$(page --output /dev/null --write-out '%{http_version}' https://$DOMAIN/robots.txt)" = 2
    test "$(curl $ours --output /dev/null --write-out '%{http_code} %{redirect_url}' https://$DOMAIN/)" = "303 https://$DOMAIN/messages/"
    test "$(curl $ours --output /dev/null --write-out '%{http_code}' https://$DOMAIN/readyz)" = 404
fi
test "$(curl $ours --output /dev/null --write-out '%{http_code} %{redirect_url}' https://$DOMAIN/messages)" = "301 https://$DOMAIN/messages/"
page --compressed --dump-header /tmp/headers https://$DOMAIN$style > /dev/null
test "$(grep -ci '^cache-control: ' /tmp/headers)" = 1
grep -i 'cache-control: public, max-age=31536000, immutable' /tmp/headers
grep -i 'content-encoding: gzip' /tmp/headers
for path in /messages/sign-in/ /messages/nowhere $style /messages; do has_hsts https://$DOMAIN$path; done
page --dump-header /tmp/headers https://$DOMAIN/messages/sign-in/ > /dev/null
test "$(grep -ci '^cache-control: ' /tmp/headers)" = 1
grep -i '^cache-control: no-store' /tmp/headers
curl $ours https://$DOMAIN/messages/nowhere | grep '/messages/'
name=Ana$RANDOM
page --cookie-jar /tmp/jar https://$DOMAIN/messages/sign-up/ > /tmp/page
token=$(grep -o 'name="csrf_token" value="[^"]*"' /tmp/page | head -1 | cut -d'"' -f4)
page --cookie /tmp/jar --cookie-jar /tmp/jar --data-urlencode "csrf_token=$token" --data username=$name \
    --data 'password=correct horse battery' --output /dev/null --write-out '%{http_code} %{redirect_url}\n' \
    https://$DOMAIN/messages/sign-up/ | tee /tmp/answer
grep '^303 ' /tmp/answer
page --cookie /tmp/jar https://$DOMAIN/messages/session
test "$(curl $ours --output /dev/null --write-out '%{http_code}' https://$DOMAIN/messages/session)" != 200  # another browser
page --cookie /tmp/jar --http1.1 --include --no-buffer --max-time 3 -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
    -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' -H "Origin: https://$DOMAIN" \
    --output /tmp/socket https://$DOMAIN/messages/ws || true
grep -a '101 Switching' /tmp/socket
grep -a '"type":"hello"\|"type": "hello"' /tmp/socket | head -c 60
curl $ours --output /dev/null https://$DOMAIN/messages/reset/a-secret-link/
if grep -r a-secret-link /var/log/nginx; then exit 1; fi

echo; echo "== who looks after people can"
user() { (export CONFIG_FILE=/etc/chatserver/chatserver.env; /opt/chatserver/bin/python -m chatserver user "$@"); }
user show $name | grep '"disabled": false'
sh logged-people.sh | grep 'signed up: user'
status() { curl $ours --cookie /tmp/jar --output /dev/null --write-out '%{http_code}' https://$DOMAIN/messages/session; }
user create Ben$name --link | grep "https://$DOMAIN/messages/reset/"
user disable Ben$name
if user reset Ben$name; then exit 1; fi
user enable Ben$name
user reset Ben$name --lock | grep "https://$DOMAIN/messages/reset/"
user end-sessions Ben$name
user export Ben$name --to /tmp/$name.zip
user erase Ben$name --yes | grep '"deleted": true'
test "$(status)" = 200

echo; echo "== a restart of the Redis that the chat uses signs nobody out"
if [ $WAY = shared ]; then systemctl restart redis-server; else systemctl restart chatserver-redis; fi
page --retry 20 --retry-delay 1 --retry-all-errors --cookie /tmp/jar https://$DOMAIN/messages/session

if [ $WAY != alone ]; then
    echo "== the site is as it was"
    . ./site.sh
    for path in $SITES_PATHS; do site $path --include | comparable | diff "before$(echo $path | tr / -)" -; done
    site /?$RANDOM | grep 'of the site, site, yes'
    test "$(curl --silent --cacert /etc/site-tls/site.pem --resolve other.example.org:443:127.0.0.1 https://other.example.org/)" = "another site"
    test "$(redis-cli mget one two three | tr -d '\n')" = 123
    redis_settings | diff redis-before -
    postgres_settings | diff postgres-before -
    if [ $WAY = beside ]; then
        test "$(redis-cli config get appendonly | tail -1)" = no
        md5sum --check --quiet files-before
        systemctl show --property MainPID redis-server postgresql@*-main nginx site | diff processes-before -
    fi
    echo "== and so it is when its Redis was restarted"
    systemctl restart redis-server
    for _ in $(seq 100); do if redis-cli ping > /dev/null; then break; fi; sleep 0.1; done
    test "$(redis-cli mget one two three | tr -d '\n')" = 123
    site /?$RANDOM | grep 'of the site, site, yes'
    if [ $WAY = beside ]; then systemctl show --property MainPID redis-server postgresql@*-main nginx site > processes-before; fi
fi
page --retry 20 --retry-delay 1 --retry-all-errors --cookie /tmp/jar https://$DOMAIN/messages/session
echo "== the document works"
