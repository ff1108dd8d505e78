-- Where the peers document is kept: in a shared dict, from which every worker takes it, and on disk, so that a restart
-- has it again. A reload keeps the dict.

local document = require "lb.document"
local lock = require "lb.lock"

local _M = {}

local function dict()
  return ngx.shared.lb_peers
end

-- The text of a file, or nil.
local function read_file(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read(document.MAX_BYTES + 64)
  file:close()
  return text
end

local function keep(text, read, from)
  local d = dict()
  local ok, err = d:safe_set("text", text)
  if not ok then
    return nil, err
  end
  d:set("checksum", ngx.md5(text))
  d:set("from", from)
  d:set("version", read.version) -- last: it is what the workers look at
  return true
end

-- Its first line is a checksum of the rest: a file that a power cut left half written is not taken for a document.
local function stored(path, needed)
  local text = read_file(path)
  if not text then
    return nil
  end
  local sum, body = text:match("^(%x+)\n(.*)$")
  if not sum or sum ~= ngx.md5(body) then
    return nil, "its checksum is wrong"
  end
  local read, err = document.read(body, needed)
  if not read then
    return nil, err
  end
  return body, read
end

-- The document that was laid with the configuration.
local function laid(path, needed)
  local text = read_file(path)
  if not text then
    error("peers: cannot read " .. path)
  end
  local read, err = document.read(text, needed)
  if not read then
    error("peers: " .. path .. ": " .. err)
  end
  return text, read
end

-- Called once when nginx starts or reloads. A document that was pushed wins, from the dict or else from the disk; the
-- one that was laid with the configuration is for servers to which nobody has pushed yet.
function _M.load(settings)
  local d = dict()
  if d:get("from") ~= "boot" and d:get("text") then
    local read, err = document.read(d:get("text"), settings.tier)
    if read then
      return
    end
    ngx.log(ngx.ERR, "peers: what is in use does not suit the new configuration: ", err)
  end
  local path = settings.state .. "/peers.json"
  local text, read = stored(path, settings.tier)
  if text then
    keep(text, read, "disk")
    return
  end
  if read then
    ngx.log(ngx.ERR, "peers: ", path, " is left out: ", read)
  end
  text, read = laid(settings.boot, settings.tier)
  keep(text, read, "boot")
end

local function persist(path, text)
  local temporary = path .. "." .. ngx.worker.pid()
  local file, err = io.open(temporary, "wb")
  if not file then
    return nil, err
  end
  local ok, write_err = file:write(ngx.md5(text), "\n", text)
  local closed, close_err = file:close()
  if not ok or not closed then
    os.remove(temporary)
    return nil, write_err or close_err
  end
  return os.rename(temporary, path)
end

local function put(settings, text, read)
  local d = dict()
  local version = d:get("version") or 0
  if read.version == version and d:get("checksum") == ngx.md5(text) then
    return 200
  end
  if read.version <= version then
    return 409, "old-version", "version " .. read.version .. " came after " .. version
  end
  local ok, err = persist(settings.state .. "/peers.json", text)
  if not ok then
    return 500, "not-kept", tostring(err)
  end
  ok, err = keep(text, read, "push")
  if not ok then
    return 500, "no-room", tostring(err)
  end
  return 200
end

-- A status, and for all but 200 a reason and a text. Nothing changes unless it is 200.
function _M.put(settings, text)
  local read, err = document.read(text, settings.tier)
  if not read then
    return 400, "bad-document", err
  end
  local token = lock.acquire(dict(), "lock", 2, 30)
  if not token then
    return 503, "busy", "another document is being taken"
  end
  local ok, status, reason, detail = pcall(put, settings, text, read)
  lock.release(dict(), "lock", token)
  if not ok then
    return 500, "failed", tostring(status)
  end
  return status, reason, detail
end

function _M.version()
  return dict():get("version")
end

function _M.checksum()
  return dict():get("checksum")
end

-- boot, disk or push.
function _M.from()
  return dict():get("from")
end

function _M.text()
  return dict():get("text")
end

return _M
