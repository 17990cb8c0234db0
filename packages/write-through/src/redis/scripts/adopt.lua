#!lua flags=allow-oom
-- ADOPT: leaves the mark of one attempt to make this process the trusted store.
--
-- KEYS  1 marker
-- ARGV  1 nonce, random and never sent before
-- Reply {the master_replid of this process, the nonce before or ''} | 'NOT_MASTER', and nothing is changed
local replication = redis.call('INFO', 'replication')
if not string.find(replication, 'role:master', 1, true) then
  return 'NOT_MASTER'
end
local before = redis.call('GET', KEYS[1]) or ''
redis.call('SET', KEYS[1], ARGV[1])
return { string.match(replication, 'master_replid:(%w+)'), before }
