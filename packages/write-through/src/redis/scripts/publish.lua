#!lua flags=allow-oom
-- PUBLISH: after a commit, ends the fence and puts the committed row in service.
--
-- Guarantees: the row is stored only if the fence is still there and no other writer fenced the key
-- meanwhile; in either case the fence is gone afterwards.
--
-- KEYS  1 marker  2 fence hash  3 value hash
-- ARGV  1 replid  2 nonce  3 fence  4 value  5 life of the value in ms
-- Reply 'STRANGER' | 1 stored | 0 refused
--- @include identity
--- @include release
if not is_trusted(KEYS[1], ARGV[1], ARGV[2]) then
  return 'STRANGER'
end
local stored = 0
if redis.call('HEXISTS', KEYS[2], ARGV[3]) == 1
  and redis.call('HEXISTS', KEYS[2], 'contended') == 0 then
  redis.call('HSET', KEYS[3], 'value', ARGV[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
  stored = 1
end
release(KEYS[2], ARGV[3])
return stored
