#!lua flags=allow-oom
-- UNFENCE: ends a fence whose transaction is over without saying what it wrote.
--
-- KEYS  1 marker; then the fence hash of each key
-- ARGV  1 replid  2 nonce  3 fence
-- Reply 'STRANGER' | 1
--- @include identity
--- @include release
if not is_trusted(KEYS[1], ARGV[1], ARGV[2]) then
  return 'STRANGER'
end
for i = 2, #KEYS do
  release(KEYS[i], ARGV[3])
end
return 1
