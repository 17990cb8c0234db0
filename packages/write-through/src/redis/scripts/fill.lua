-- FILL: stores what a reader loaded after a miss.
--
-- Guarantees: only while the reader's token is registered, which a fence removes, so a slow reader
-- never overwrites or resurrects what a write has replaced. Not `allow-oom`: a cache may stay empty.
--
-- KEYS  1 marker  2 value hash
-- ARGV  1 replid  2 nonce  3 fill token  4 value  5 life of the value in ms
-- Reply 'STRANGER' | 1 accepted | 0 refused
--- @include identity
if not is_trusted(KEYS[1], ARGV[1], ARGV[2]) then
  return 'STRANGER'
end
if redis.call('HEXISTS', KEYS[2], 't:' .. ARGV[3]) == 0 then
  return 0
end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'value', ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1
