-- The requests of wrk, and its report at the end. Arguments after `--`: nothing for plain GETs,
-- `tokens FILE` for GETs with these bearer tokens in turn (one per line), `paths FILE` for GETs of
-- these paths in turn, `body FILE` for POSTs, `edit FILE` for POSTs with these bearer tokens in turn,
-- each of which changes a profile to a new value, `refresh FILE CLIENT_ID SECRET` for POSTs that exchange the refresh tokens in that
-- file, at least two per connection, and then those that they get for them, `upload TOKENS FILE BOUNDARY` for POSTs of this multipart body, `put COUNT FILE` for
-- PUTs to COUNT names in turn.

local requests = {}

local function lines_of(path)
    local lines = {}
    for line in io.lines(path) do
        lines[#lines + 1] = line
    end
    return lines
end

-- If a script has no function `request`, wrk builds its request once and repeats it. That is
-- cheaper, so only runs with several requests define the function.
local function take_turns()
    local turn = 0
    request = function()
        turn = turn % #requests + 1
        return requests[turn]
    end
end

local function use_tokens(tokens)
    for _, token in ipairs(tokens) do
        wrk.headers["Authorization"] = "Bearer " .. token
        requests[#requests + 1] = wrk.format()
    end
    if #tokens > 1 then
        take_turns()
    end
end

local function use_paths(paths)
    for _, path in ipairs(paths) do
        requests[#requests + 1] = wrk.format(nil, path)
    end
    take_turns()
end

local function edit(tokens)
    local count = 0
    wrk.headers["Content-Type"] = "application/json"
    request = function()
        count = count + 1
        wrk.headers["Authorization"] = "Bearer " .. tokens[count % #tokens + 1]
        return wrk.format("POST", nil, nil, string.format(
            '{"first_name":"Sam","last_name":"Smith","location":"Paris","birth_date":"1980-01-01",' ..
                '"bio":"%d"}', count))
    end
end

local function content_of(path)
    local file = assert(io.open(path, "rb"))
    local content = file:read("*a")
    file:close()
    return content
end

local function upload(tokens, body, boundary)
    wrk.headers["Content-Type"] = "multipart/form-data; boundary=" .. boundary
    for _, token in ipairs(tokens) do
        wrk.headers["Authorization"] = "Bearer " .. token
        requests[#requests + 1] = wrk.format("POST", nil, nil, body)
    end
    take_turns()
end

local function refresh(tokens, client_id, secret)
    local used, got = 0, #tokens
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
    request = function()
        used = used + 1
        return wrk.format("POST", nil, nil, string.format(
            "grant_type=refresh_token&client_id=%s&client_secret=%s&refresh_token=%s", client_id, secret,
            tokens[used]))
    end
    response = function(_, _, body)
        got = got + 1
        tokens[got] = string.match(body, '"refresh_token": ?"([^"]+)"')
    end
end

local function put(count, body)
    for number = 1, count do
        requests[number] = wrk.format("PUT", wrk.path .. number .. ".jpg", nil, body)
    end
    take_turns()
end

function init(args)
    if args[1] == "tokens" then
        use_tokens(lines_of(args[2]))
    elseif args[1] == "edit" then
        edit(lines_of(args[2]))
    elseif args[1] == "paths" then
        use_paths(lines_of(args[2]))
    elseif args[1] == "refresh" then
        refresh(lines_of(args[2]), args[3], args[4])
    elseif args[1] == "upload" then
        upload(lines_of(args[2]), content_of(args[3]), args[4])
    elseif args[1] == "put" then
        put(tonumber(args[2]), content_of(args[3]))
    elseif args[1] == "body" then
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/json"
        wrk.body = table.concat(lines_of(args[2]))
    end
end

-- One line of JSON: times in microseconds.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"microseconds":%d,"failed":%d,' ..
            '"p50":%d,"p75":%d,"p90":%d,"p99":%d,"max":%d}\n',
        summary.requests, summary.duration,
        errors.status + errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(75), latency:percentile(90),
        latency:percentile(99), latency.max))
end
