/** The workbench as a person meets it: what keys and the mouse do, and what stands on the screen. */
import { until } from "./process.mjs";

/** The editor writes spaces that do not break, and marks the direction of text. */
const plain = (text) => text.replaceAll("\u00a0", " ").replaceAll(/[\u200b-\u200f\u202a-\u202e]/g, "");

export function makeWorkbench(page, address) {
  const key = (name) => page.keyboard.press(name);
  const type = (text) => page.keyboard.type(text);
  const visible = (selector, options) => page.locator(selector, options).filter({ visible: true });
  const texts = async (selector) => (await visible(selector).allInnerTexts()).map(plain);

  /** VS Code's box for commands, files and places: types `text`, and takes the row that begins with `wanted`. */
  const quickInput = async (shortcut, text, wanted) => {
    await key("Escape");
    await key(shortcut);
    await visible(".quick-input-widget").locator("input").first().fill(text);
    const at = await until(`"${wanted}" among what "${text}" finds`, async () => {
      const found = (await texts(".quick-input-list .monaco-list-row")).findIndex((row) => row.startsWith(wanted));
      return found >= 0 && { found };
    });
    await visible(".quick-input-list .monaco-list-row").nth(at.found).click();
  };
  /** Runs a command of the palette by its whole title. */
  const command = (title) => quickInput("F1", `>${title}`, title);

  /** The text of the active editor, as far as it is in view, without hints. */
  const lines = () => texts(".editor-group-container.active .view-line");
  const cursor = async () => (await texts("#status\\.editor\\.selection")).join("");

  const workbench = {
    page,
    key,
    type,
    visible,
    texts,
    command,
    lines,

    /** Takes a row of the list that a command shows. */
    async choose(row) {
      await visible(".quick-input-list .monaco-list-row", { hasText: row }).first().click();
    },

    /** Opens a folder, or a file of a workspace, and waits for the extension. */
    async open(kind, path) {
      await page.goto(`${address}?${kind}=${encodeURIComponent(path)}`, { timeout: 120_000 });
      await page.waitForSelector(".monaco-workbench .explorer-viewlet", { timeout: 120_000 });
    },

    async openFile(name) {
      await quickInput("Control+p", name, name.split("/").at(-1));
      await page
        .locator(`.tab.active[data-resource-name="${name.split("/").at(-1)}"]`)
        .first()
        .waitFor();
      await page.locator(".editor-group-container.active .view-line").first().waitFor();
    },

    /** The rows of the Problems panel, which closes again: message, code and place of each finding, and the files that they are in. */
    async problems() {
      await command("Problems: Focus on Problems View");
      await visible(".markers-panel").first().waitFor();
      const rows = (await texts(".markers-panel .monaco-list-row")).map((row) => row.replaceAll("\n", " "));
      await key("Control+j");
      return rows;
    },

    /** Back from what stands beside it to the text. */
    async focusSource() {
      await key("Control+1");
      await page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
    },

    async goTo(line, column) {
      await quickInput("Control+g", `:${line}:${column}`, "");
      await until(`the cursor in line ${line}`, async () => (await cursor()).includes(`Ln ${line}, Col ${column}`));
    },

    /** The whole text of the active editor, which it selects. */
    async text() {
      await page.evaluate(() => navigator.clipboard.writeText(""));
      await key("Control+a");
      await key("Control+c");
      return until("a copy of the text", () => page.evaluate(() => navigator.clipboard.readText()));
    },

    /** Sets the cursor behind the first `before` of the active editor. */
    async goBehind(before) {
      const text = await workbench.text();
      const at = text.indexOf(before);
      if (at < 0) throw new Error(`"${before}" is not in the text`);
      const head = text.slice(0, at + before.length).split("\n");
      await workbench.goTo(head.length, head[head.length - 1].length + 1);
    },

    /** Saves, and waits until the tab says so. */
    async save() {
      await key("Control+s");
      await until("the file to be saved", async () => (await page.locator(".tab.active.dirty").count()) === 0);
    },

    /** The innermost frame of a web view that has this text, where there is one. */
    async frameWith(text) {
      for (const frame of page.frames().filter((candidate) => candidate !== page.mainFrame())) {
        const body = await frame
          .locator("body")
          .innerText({ timeout: 1_000 })
          .catch(() => "");
        if (body.includes(text)) return frame;
      }
      return undefined;
    },

    /** Closes every editor, and loses what is not saved. */
    async closeAll() {
      await command("View: Close All Editors");
      const lose = page.getByRole("button", { name: "Don't Save" });
      await until("the editors to close", async () => {
        if (await lose.isVisible()) await lose.click();
        return (await page.locator(".tabs-container .tab").count()) === 0;
      });
    },
  };
  return workbench;
}
