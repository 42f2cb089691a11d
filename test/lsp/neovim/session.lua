-- Drives a second Neovim as a person would, by its keys, and writes down as JSON what that person would see.
-- From the environment: CTV_CONFIG, the configuration to test; CTV_PROJECT, a folder; CTV_ANSWER, the file to write.

local child

--- Runs Lua in the driven Neovim.
local function ask(code)
  return vim.rpcrequest(child, "nvim_exec_lua", code, {})
end

local function keys(text)
  vim.rpcrequest(child, "nvim_input", text)
end

--- The first answer that fits. The server answers when it can, so everything here is asked again until it is so.
local function eventually(what, code, fits)
  local answer
  local came = vim.wait(30000, function()
    answer = ask(code)
    return fits(answer)
  end, 20)
  if not came then
    error("waited in vain for " .. what .. ", saw last: " .. vim.inspect(answer))
  end
  return answer
end

local function is_true(answer)
  return answer == true
end

local findings = [[
  return vim.tbl_map(function(found)
    return { line = found.lnum + 1, column = found.col + 1, code = found.code, source = found.source, message = found.message }
  end, vim.diagnostic.get(0))
]]

local function session()
  local seen = {}
  keys(":edit main.ctv<CR>")
  eventually("a client", "return vim.bo.filetype == 'ctv' and #vim.tbl_values(vim.lsp.buf_get_clients(0)) == 1", is_true)

  keys("/allow web<CR>wcwwbe<Esc>")
  seen.wrong = eventually("a finding", findings, function(found)
    return #found > 0
  end)
  keys("u")
  seen.mended = eventually("no finding", findings, function(found)
    return #found == 0
  end)

  keys("/deny any<CR>oallow w<C-x><C-o>")
  seen.completion = eventually("a menu", "return vim.tbl_map(function(item) return item.word end, vim.fn.complete_info({ 'items' }).items)", function(words)
    return #words > 0
  end)
  keys("<C-e><Esc>u")

  keys("/allow web<CR>w:lua vim.lsp.buf.hover()<CR>")
  seen.hover = eventually(
    "a window with an explanation",
    [[
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(window).relative ~= "" then
          return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
        end
      end
      return {}
    ]],
    function(lines)
      return #lines > 0
    end
  )

  keys(":lua vim.lsp.buf.rename('frontend')<CR>")
  eventually("the new name", "return vim.fn.search('allow frontend', 'nw') > 0", is_true)
  keys(":silent wall<CR>")
  eventually("saved files", "return #vim.fn.getbufinfo({ bufmodified = 1 }) == 0", is_true)

  keys("/allow frontend<CR>wi      <Esc>:lua (vim.lsp.buf.format or vim.lsp.buf.formatting_sync)()<CR>")
  eventually("aligned columns", "return vim.bo.modified and vim.fn.search('allow frontend -> ', 'nw') > 0", is_true)
  keys(":silent write<CR>")
  eventually("the saved file", "return not vim.bo.modified", is_true)

  seen.log = ask("return vim.lsp.get_log_path()")
  return seen
end

child = vim.fn.jobstart(
  { vim.v.progpath, "--embed", "--headless", "-n", "-i", "NONE", "-u", vim.env.CTV_CONFIG },
  { rpc = true, cwd = vim.env.CTV_PROJECT }
)
local fine, answer = pcall(session)
if not fine then
  answer = { failure = tostring(answer) }
end
keys("<Esc>:qall!<CR>")
answer.exit = vim.fn.jobwait({ child }, 30000)[1]
vim.fn.writefile({ vim.fn.json_encode(answer) }, vim.env.CTV_ANSWER)
vim.cmd("qall!")
