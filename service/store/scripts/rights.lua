#!lua flags=no-writes
-- rights: which commands Redis does not let the user of this connection run.
-- KEYS  any key that begins as all keys do
-- ARGV  commands, each with its arguments and KEY where a key stands
-- gives {'ok', each command that is denied, as it was given}
-- Commands that this version of Redis does not have are left out.
local denied = {'ok'}
for _, command in ipairs(ARGV) do
    local words = {}
    for word in string.gmatch(command, '%S+') do
        words[#words + 1] = word == 'KEY' and KEYS[1] or word
    end
    local is_known, is_allowed = pcall(redis.acl_check_cmd, unpack(words))
    if is_known and not is_allowed then
        denied[#denied + 1] = command
    end
end
return denied
