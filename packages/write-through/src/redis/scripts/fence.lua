#!lua flags=allow-oom
-- FENCE: before a write may commit, takes its keys out of service.
--
-- Guarantees: afterwards no value of these keys is served and no fill token of theirs is valid. A
-- key that has another fence is marked `contended`: its writers may commit in either order, so none
-- of them may publish. Fences have no TTL; they end when Postgres says the transaction is over.
--
-- KEYS  1 marker; then for each key its fence hash and its value hash
-- ARGV  1 replid  2 nonce  3 fence  4 channel  5 the invalidation, sent when all are fenced
-- Reply 'STRANGER' | 1
--- @include identity
if not is_trusted(KEYS[1], ARGV[1], ARGV[2]) then
  return 'STRANGER'
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('HSET', KEYS[i], 'contended', '')
  end
  redis.call('HSET', KEYS[i], ARGV[3], string.format('%.0f', now_ms))
  redis.call('DEL', KEYS[i + 1])
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
