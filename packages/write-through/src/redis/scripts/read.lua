-- READ: what the store has for each key, independently.
--
-- Guarantees: a value is returned only of a key without a fence; a fill token is registered only
-- of a key with neither. Runs without `allow-oom`: when memory is full hits go on, and a miss is
-- merely not fillable.
--
-- KEYS  1 marker; then for each key its fence hash and its value hash
-- ARGV  1 replid  2 nonce  3 fill token  4 life of the token in ms  5 most tokens a key may hold
-- Reply 'STRANGER', or for each key {'H', value} | {'M'} miss, fillable | {'N'} miss, not fillable
--       | {'F', oldest fence, its age in ms}
--- @include identity
if not is_trusted(KEYS[1], ARGV[1], ARGV[2]) then
  return 'STRANGER'
end

local function oldest_fence(fields)
  local time = redis.call('TIME')
  local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
  local oldest, since_ms
  for i = 1, #fields, 2 do
    local fence, at_ms = fields[i], tonumber(fields[i + 1])
    if fence ~= 'contended' and (not since_ms or at_ms < since_ms) then
      oldest, since_ms = fence, at_ms
    end
  end
  return {'F', oldest, math.max(0, now_ms - since_ms)}
end

local function register(value_key)
  if redis.call('HLEN', value_key) >= tonumber(ARGV[5]) then
    return {'N'}
  end
  local added = redis.pcall('HSET', value_key, 't:' .. ARGV[3], '')
  if type(added) == 'table' and added.err then
    return {'N'}
  end
  redis.call('PEXPIRE', value_key, ARGV[4])
  return {'M'}
end

local readings = {}
for i = 2, #KEYS, 2 do
  local fences = redis.call('HGETALL', KEYS[i])
  if #fences > 0 then
    readings[#readings + 1] = oldest_fence(fences)
  else
    local value = redis.pcall('HGET', KEYS[i + 1], 'value')
    if type(value) == 'table' then
      -- Another program put something else here: an empty value is none of ours, so the reader
      -- takes it for corrupt and removes it.
      readings[#readings + 1] = {'H', ''}
    elseif value then
      readings[#readings + 1] = {'H', value}
    else
      readings[#readings + 1] = register(KEYS[i + 1])
    end
  end
end
return readings
