"""The scripts by which Redis begins, renames and ends sessions, each in one step."""

# Stores the session KEYS[1] = ARGV[1], for ARGV[2] seconds if given, and adds it at time ARGV[3] to the set KEYS[2],
# which expires after ARGV[4] seconds. Over ARGV[5] sessions, drops expired ones, then ends the oldest and returns them.
BEGIN = """\
redis.call('SET', KEYS[1], ARGV[1])
if ARGV[2] ~= '' then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
redis.call('ZADD', KEYS[2], ARGV[3], KEYS[1])
if ARGV[4] ~= '' then redis.call('EXPIRE', KEYS[2], ARGV[4]) end
local ended, most = {}, tonumber(ARGV[5])
if redis.call('ZCARD', KEYS[2]) > most then
  for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    if redis.call('EXISTS', key) == 0 then redis.call('ZREM', KEYS[2], key) end
  end
end
while redis.call('ZCARD', KEYS[2]) > most do
  ended[#ended + 1] = redis.call('ZPOPMIN', KEYS[2])[1]
  redis.call('DEL', ended[#ended])
end
return ended"""
# Ends all sessions of the set KEYS[1] except ARGV[1]; returns their keys. Keeps the time ARGV[2] in KEYS[2] for ARGV[3]
# seconds, if it is not 0.
END_OTHERS = """\
if ARGV[2] ~= '0' then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
local ended = {}
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if key ~= ARGV[1] then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], key)
    ended[#ended + 1] = key
  end
end
return ended"""
# Writes the names in ARGV, two for each set of KEYS, into the sessions of these sets.
RENAME = """\
for place, set in ipairs(KEYS) do
  local name, full_name = ARGV[2 * place - 1], ARGV[2 * place]
  for _, key in ipairs(redis.call('ZRANGE', set, 0, -1)) do
    local raw = redis.call('GET', key)
    local data = raw and cjson.decode(raw)
    if data and (data.session.name ~= name or (data.session.full_name or '') ~= full_name) then
      data.session.name, data.session.full_name = name, full_name ~= '' and full_name or nil
      redis.call('SET', key, cjson.encode(data), 'KEEPTTL')
    end
  end
end"""

# Begins a session by a token of another site: as BEGIN, unless sessions were ended after ARGV[6] (KEYS[3], in
# microseconds), the session to renew is gone (ARGV[8] = renew), or the token was used before (KEYS[4], kept for ARGV[7]
# seconds; '' = marked already). Ends the browser's former session KEYS[5] of the set KEYS[6], if given.
BEGIN_BY_TOKEN = f"""\
if tonumber(redis.call('GET', KEYS[3]) or 0) > tonumber(ARGV[6]) then return 'ended' end
if ARGV[8] == 'renew' and redis.call('EXISTS', KEYS[1]) == 0 then return 'gone' end
if ARGV[7] ~= '' and not redis.call('SET', KEYS[4], 1, 'NX', 'EX', ARGV[7]) then return 'used' end
if #KEYS == 6 then
  redis.call('DEL', KEYS[5])
  redis.call('ZREM', KEYS[6], KEYS[5])
end
{BEGIN}"""
