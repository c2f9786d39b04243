# A site as somebody may have it: Django with PostgreSQL, a Redis with keys and a default user, nginx with TLS.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y postgresql redis-server nginx python3-venv openssl curl
systemctl start postgresql redis-server

runuser -u postgres -- psql --quiet <<END
create role site login password 'of-the-site';
create database site owner site;
END
redis-cli config set maxmemory 300mb
if [ $WAY = beside ]; then redis-cli config set maxmemory-policy allkeys-lru; fi
redis-cli config rewrite
systemctl restart redis-server
for _ in $(seq 100); do if redis-cli ping > /dev/null; then break; fi; sleep 0.1; done
redis-cli mset one 1 two 2 three 3

python3 -m venv /srv/site
/srv/site/bin/pip install django gunicorn psycopg2-binary redis
cp shop.py /srv/site/shop.py
install -d /srv/site/static
echo 'body { color: green }' > /srv/site/static/site.css
useradd --system --shell /usr/sbin/nologin site
cat > /etc/systemd/system/site.service <<END
[Service]
User=site
WorkingDirectory=/srv/site
ExecStart=/srv/site/bin/gunicorn --bind 127.0.0.1:8123 shop:application
END
systemctl daemon-reload
systemctl start site

install -d -m 700 /etc/site-tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=example.org" \
    -addext "subjectAltName=DNS:example.org,DNS:other.example.org" -keyout /etc/site-tls/key.pem -out /etc/site-tls/site.pem
cp site.conf /etc/nginx/sites-available/example.org
ln -s /etc/nginx/sites-available/example.org /etc/nginx/sites-enabled/example.org
nginx -t
systemctl restart nginx

. ./site.sh
curl --silent --fail --retry 20 --retry-delay 1 --retry-all-errors --header 'Host: example.org' http://127.0.0.1:8123/
site / | grep 'of the site, site, yes'
for path in $SITES_PATHS; do site $path --include | comparable > "before$(echo $path | tr / -)"; done
redis_settings > redis-before
postgres_settings > postgres-before
{ md5sum /etc/nginx/nginx.conf /etc/redis/redis.conf; find /etc/postgresql -type f -exec md5sum {} +; } > files-before
systemctl show --property MainPID redis-server postgresql@*-main nginx site > processes-before
