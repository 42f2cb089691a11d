import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { formatText } from "../../../grammar/format/format.js";
import type { FormatOptions } from "../../../grammar/format/format.js";

async function formatted(text: string, options: FormatOptions = {}): Promise<string> {
  const result = await formatText(text, options);
  if (result.kind === "unreadable") throw new Error(result.problems.map(({ message }) => message).join("; "));
  return result.text;
}

/** The lines of a template without its own indentation. */
function lines(strings: TemplateStringsArray): string {
  const all = strings.raw[0].split("\n").slice(1, -1);
  const margin = Math.min(...all.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length));
  return all.map((line) => `${line.slice(margin)}\n`).join("");
}

async function gives(text: string, expected: string, options: FormatOptions = {}): Promise<void> {
  expect(await formatted(text, options)).toBe(expected);
  expect(await formatted(expected, options)).toBe(expected);
}

describe("formatting", () => {
  it("sets the guestbook", async () => {
    expect(await formatted(readFileSync("test/fixtures/language/guestbook.ctv", "utf8"))).toMatchSnapshot();
  });

  it("aligns the rules of one policy and the expectations of one test by column, and nothing else", async () => {
    await gives(
      lines`
        tenant t {
        group a in n {match x=y}
        group longer in n {match x=y}
        policy one {
        allow world->a:web
        deny longer,a except a->any log
          allow a -> longer : tcp/{80,443}, dns as a-to-longer

        // a comment between
        allow a->a log as b
        }
        policy two { deny a->b }
        test "it" {
        expect allow world->a:web
        expect deny a,longer->world
        }
        }
      `,
      lines`
        tenant t {
          group a in n { match x = y }
          group longer in n { match x = y }
          policy one {
            allow world              -> a      : web
            deny  longer, a except a -> any                         log
            allow a                  -> longer : tcp/{80, 443}, dns as a-to-longer

            // a comment between
            allow a                  -> a                           log as b
          }
          policy two {
            deny a -> b
          }
          test "it" {
            expect allow world     -> a     : web
            expect deny  a, longer -> world
          }
        }
      `,
    );
  });

  it("leaves a rule that is too long out of the columns, and breaks it after commas", async () => {
    await gives(
      lines`
        policy p {
          allow a -> b : web
          allow frontend, backend, redis-master, redis-slave -> frontend, backend : tcp/{80, 443, 8080}, udp/53
          deny bb -> c
        }
      `,
      lines`
        policy p {
          allow a  -> b : web
          allow frontend, backend, redis-master,
            redis-slave -> frontend,
            backend : tcp/{80, 443, 8080}, udp/53
          deny  bb -> c
        }
      `,
      { printWidth: 50 },
    );
  });

  it("keeps a block on one line where the author began it there and it fits", async () => {
    await gives(
      lines`
        group a { match x = y; hosts 10.0.0.1 }
        group b {
          match x = y; hosts 10.0.0.1 }
        group c { match x = y; hosts 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4 }
        network n {}
        fabric { mode aci }
      `,
      lines`
        group a { match x = y; hosts 10.0.0.1 }
        group b {
          match x = y
          hosts 10.0.0.1
        }
        group c {
          match x = y
          hosts 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4
        }
        network n {}
        fabric { mode aci }
      `,
      { printWidth: 60 },
    );
  });

  it("puts the spaces that every other part of the language has", async () => {
    await gives(
      lines`
        param  p :port=80
        service s=tcp/{80 ,443,},udp/53
        group g{match a=b,c in(d,"e"),f not  in ( g, ) ,has h,not i}
        contracts c provided="x y",   "z"
        export a,b to c,d
        loadbalancer l in n { port tcp/80->8080 }
      `,
      lines`
        param p: port = 80
        service s = tcp/{80, 443}, udp/53
        group g { match a = b, c in (d, e), f not in (g), has h, not i }
        contracts c provided = "x y", "z"
        export a, b to c, d
        loadbalancer l in n { port tcp/80 -> 8080 }
      `,
    );
  });

  it("takes quotes away only where nothing changes", async () => {
    await gives(
      lines`
        import "shared"
        param p: string = "text"
        set "plain" = "a", "3tier", "policy", "any", "log", t/"b"
        contracts c consumed = "dn"
        test "plain" { expect allow "a" -> any }
      `,
      lines`
        import "shared"
        param p: string = "text"
        set plain = a, "3tier", "policy", "any", "log", t/b
        contracts c consumed = "dn"
        test "plain" {
          expect allow a -> any
        }
      `,
    );
  });

  it("keeps every comment where it stands", async () => {
    await gives(
      lines`
        // first

        /// doc
        tenant t { // opening
        /* own
             line */
          default deny /* after */ // end
          policy /* head */ p {
            // only
          }
          policy q { /* inner */
          allow /* a */ a /* b */ -> b, // why b
              c   // end of rule


            // last
          }
          set s = a,
            // own line
            b
          group g { match k in (a, // first
            b // second
            // third
          ), l = m } // after
        }
        // end
      `,
      lines`
        // first

        /// doc
        tenant t { // opening
          /* own
             line */
          default deny /* after */ // end
          policy /* head */ p {
            // only
          }
          policy q { /* inner */
            allow /* a */ a /* b */ -> b, // why b
              c // end of rule

            // last
          }
          set s = a,
            // own line
            b
          group g {
            match k in (a, // first
                b // second
                // third
              ),
              l = m
          } // after
        }
        // end
      `,
    );
  });

  it("keeps one blank line, and none at the edges of a block", async () => {
    await gives(
      "\n\nservice a = tcp/1\n\n\n\nservice b = tcp/2\ntenant t {\n\n  default deny\n\n}\n\n",
      "service a = tcp/1\n\nservice b = tcp/2\ntenant t {\n  default deny\n}\n",
    );
  });

  it("leaves alone what follows prettier-ignore, and does not align it", async () => {
    await gives(
      lines`
        policy p {
          // prettier-ignore
          allow   a   ->   b
          deny cc -> d
          allow e->f
        }
      `,
      lines`
        policy p {
          // prettier-ignore
          allow   a   ->   b
          deny  cc -> d
          allow e  -> f
        }
      `,
    );
  });

  it("takes CRLF and gives LF", async () => {
    await gives("tenant t {\r\n  /* a\r\n b */\r\n\r\n  default   deny // c\r\n}\r\n", "tenant t {\n  /* a\n b */\n\n  default deny // c\n}\n");
  });

  it.each(["", "\n \n"])("gives nothing for nothing", async (text) => {
    expect(await formatted(text)).toBe("");
  });

  it("keeps a file of comments only", async () => {
    await gives("// a\n\n\n/* b */\n// c", "// a\n\n/* b */\n// c\n");
  });

  it("refuses a text with syntax errors, and says which", async () => {
    const result = await formatText("tenant t {\n  default maybe\n}\n");
    expect(result.kind).toBe("unreadable");
    expect(result.kind === "unreadable" ? result.problems.length : 0).toBeGreaterThan(0);
  });

  it("indents with tabs where asked", async () => {
    expect(await formatted("tenant t { default deny }", { useTabs: true })).toBe("tenant t {\n\tdefault deny\n}\n");
  });
});
