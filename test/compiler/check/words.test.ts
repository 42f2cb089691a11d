/** What the checker says of mistakes that come from habit: one message each, in the words of who made it. */
import { describe, expect, it } from "@jest/globals";
import { checkTexts } from "../../support/diagnose.js";

const shop = (rule: string, more = "") => `tenant shop {\n${more}  group web { match app = web }\n  policy p { ${rule} }\n}\n`;

/** Errors and notes of a text, each with its help. */
function told(text: string): readonly string[] {
  return checkTexts({ "main.ctv": text }).diagnostics.map(({ code, message, help }) =>
    [code, message, ...(help === undefined ? [] : [help])].join(": "),
  );
}

describe("the checker", () => {
  it.each(["any", "all", "Every"])("says how every service is written, where a rule names the service %s", (name) => {
    expect(told(shop(`allow web -> web : ${name}`))).toEqual([
      `CTV2001: "${name}" is not declared; a service is needed here: a rule that names no service speaks of every one: leave out ":" and what follows`,
    ]);
  });

  it("lists what else can stand in a block where one thing stands twice", () => {
    expect(told(shop("allow web -> web : http", "  network n { subnet 10.1.0.0/24; subnet 10.2.0.0/24 }\n"))).toEqual([
      'CTV2011: `subnet` is given twice in network "n": it stands once; also possible are gateway, subnet6, gateway6, encap, tag, type',
    ]);
  });

  it("says once that a declaration stands in the wrong place, and nothing of what it hides there", () => {
    const bgp = "bgp n1 { router-ip 10.1.1.1/24; as 1; neighbor 10.1.1.2; neighbor-as 2 }\n";
    expect(told(`${bgp}${shop("allow web -> web : http", `  ${bgp}`)}`)).toEqual([
      "CTV2009: `bgp` cannot stand in a tenant; it belongs at the top level of a file",
    ]);
  });

  it.each(["0Mbps", "10MBps"])("takes no bandwidth of %s, and says what one is", (value) => {
    const needed = "a bandwidth above 0 in bits a second, such as 10Mbps";
    expect(told(`qos q { bandwidth ${value} }\n`)).toContain(`CTV3001: bandwidth of qos "q" needs ${needed}, not the bandwidth ${value}`);
    expect(told(`param p: bandwidth = ${value}\n`)).toContain(`CTV3001: param "p" (type bandwidth) needs ${needed}, not the bandwidth ${value}`);
  });
});
