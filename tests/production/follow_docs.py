"""Follows docs/deploy.md on a bare Debian: every block of commands, in order, in a folder that debootstrap filled.

python -m tests.production.follow_docs FOLDER   (as root; ports 80, 443, 5432 and 6379 must be free)

There is no systemd in such a folder: a small stand-in starts what the document tells it to, as the units say.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.production.files import commands

ROOT = Path(__file__).parents[2]
SOURCE = "opt/chatserver-source"
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "results")
SYSTEMCTL = """\
#!/bin/bash
# Does what systemd would, by the units that lie there.
unit() { sed -n "s|^$1=||p" /etc/systemd/system/chatserver@.service | sed "s/%i/$2/g"; }
start() {
    install -d -m 755 /run/chatserver
    install -d -m 750 -o chatserver -g chatserver /run/chatserver/$1
    setsid runuser -u chatserver -- env $(unit Environment $1) $(unit ExecStart $1) > /var/log/chatserver-$1.log 2>&1 &
    echo $! > /run/chatserver-$1.pid
    $(unit ExecStartPost $1 | sed 's/^-//')
}
stop() {
    kill -TERM $(cat /run/chatserver-$1.pid)
    while kill -0 $(cat /run/chatserver-$1.pid) 2> /dev/null; do sleep 0.1; done
}
case "$*" in
    "daemon-reload") ;;
    "enable --now chatserver.target") start 1; start 2 ;;
    "restart chatserver@"*) stop ${2#chatserver@}; start ${2#chatserver@} ;;
    *) service $2 $1 ;;
esac
"""
AFTERWARDS = r"""
set -eu
DOMAIN=chat.example.org
echo "== nginx is content, and cannot read what is secret"
nginx -t 2>&1 | tee /tmp/nginx
if grep '\[warn\]' /tmp/nginx; then exit 1; fi
for file in $(find /etc/chatserver /etc/redis/chatserver.conf -type f); do
    if runuser -u www-data -- cat $file; then exit 1; fi
done
runuser -u chatserver -- cat /etc/chatserver/chatserver.env > /dev/null
echo "== the chat answers"
ours="--silent --show-error --cacert /etc/chatserver/tls/fullchain.pem --resolve $DOMAIN:443:127.0.0.1"
page() { curl $ours --fail "$@"; }
page https://$DOMAIN/messages/sign-in/ > /tmp/page
style=$(grep -o '/messages/static/[^"]*\.css' /tmp/page | head -1)
test "$(page --output /dev/null --write-out '%{http_version}' https://$DOMAIN/robots.txt)" = 2
test "$(curl $ours --output /dev/null --write-out '%{http_code} %{redirect_url}' https://$DOMAIN/)" = "303 https://$DOMAIN/messages/"
page --compressed --dump-header /tmp/headers https://$DOMAIN$style > /dev/null
grep -i 'cache-control: public, max-age=31536000, immutable' /tmp/headers
grep -i 'content-encoding: gzip' /tmp/headers
test "$(curl $ours --output /dev/null --write-out '%{http_code}' https://$DOMAIN/readyz)" = 404
page --cookie-jar /tmp/jar https://$DOMAIN/messages/sign-up/ > /tmp/page
token=$(grep -o 'name="csrf_token" value="[^"]*"' /tmp/page | head -1 | cut -d'"' -f4)
page --cookie /tmp/jar --cookie-jar /tmp/jar --data-urlencode "csrf_token=$token" --data username=Ana \
    --data 'password=correct horse battery' --output /dev/null --write-out '%{http_code} %{redirect_url}\n' \
    https://$DOMAIN/messages/sign-up/ | tee /tmp/answer
grep '^303 ' /tmp/answer
page --cookie /tmp/jar https://$DOMAIN/messages/session
page --cookie /tmp/jar --http1.1 --include --no-buffer --max-time 3 -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
    -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' -H "Origin: https://$DOMAIN" \
    --output /tmp/socket https://$DOMAIN/messages/ws || true
grep -a '101 Switching' /tmp/socket
grep -a '"type":"hello"\|"type": "hello"' /tmp/socket | head -c 60
echo; echo "== the document works"
"""


def main() -> int:
    if len(sys.argv) != 2 or os.geteuid() != 0:
        sys.exit(str(__doc__))
    root = Path(sys.argv[1]).resolve()
    if not (root / "etc" / "debian_version").exists():
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root], check=True)
    shutil.copytree(ROOT, root / SOURCE, ignore=LEFT_OUT, dirs_exist_ok=True)
    (root / "usr/local/bin/systemctl").write_text(SYSTEMCTL)
    (root / "usr/local/bin/systemctl").chmod(0o755)
    scripts = [*shells(commands("deploy.md", skipped=False)), AFTERWARDS]
    for number, script in enumerate(scripts, 1):
        (root / f"root/follow-{number}.sh").write_text(script)
    follow = " && ".join(f"bash -x /root/follow-{number}.sh" for number in range(1, len(scripts) + 1))
    mounts = f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev && mount -t tmpfs tmpfs {root}/run && "
    mounts += "".join(f"mkdir -p {root}{path} && mount --rbind {path} {root}{path} && " for path in sys_paths())
    follow = mounts + f"exec chroot {root} /bin/bash -c '{follow}'"
    # A world of its own, which ends with the script: nothing it started stays.
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/bash", "-c", follow]
    environ = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    environ |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return subprocess.run(command, env=environ, check=False).returncode


def shells(blocks: list[str]) -> list[str]:
    """What one shell runs: a block that begins with `set -eu` is for a new one, maybe months later."""
    scripts: list[str] = []
    for block in blocks:
        if block.startswith("set -eu"):
            scripts.append(block)
        else:
            scripts[-1] += block
    return scripts


def sys_paths() -> list[str]:
    """What else the bare Debian needs of this machine, such as a folder of packages: FOLLOW_DOCS_MOUNTS=/a:/b."""
    return [path for path in os.environ.get("FOLLOW_DOCS_MOUNTS", "").split(":") if path]


if __name__ == "__main__":
    sys.exit(main())
