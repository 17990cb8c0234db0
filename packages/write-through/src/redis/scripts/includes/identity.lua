-- Answers whether this process is the master the authority names and still carries its mark. The
-- role and replid catch a promoted replica and a restart from a snapshot, the marker a flush.
local function is_trusted(marker_key, replid, nonce)
  local replication = redis.call('INFO', 'replication')
  return string.find(replication, 'role:master', 1, true) ~= nil
    and string.find(replication, 'master_replid:' .. replid, 1, true) ~= nil
    and redis.call('GET', marker_key) == nonce
end
