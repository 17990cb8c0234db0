-- Removes one fence. `contended` outlives the fences before the last, and goes with it.
local function release(fence_key, fence)
  redis.call('HDEL', fence_key, fence)
  local left = redis.call('HLEN', fence_key)
  if left == 0 or (left == 1 and redis.call('HEXISTS', fence_key, 'contended') == 1) then
    redis.call('DEL', fence_key)
  end
end
