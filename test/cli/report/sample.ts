/** A small report with one of everything, for the tests of each form. */
import { defineDiagnostic } from "../../../compiler/diagnostics/diagnostic.js";
import type { Span } from "../../../grammar/span.js";
import { inOrder, source } from "../../../cli/report/report.js";
import type { Report } from "../../../cli/report/report.js";

export const mainText = `tenant guestbook {
  group frontend { match tier = frontend }
  group frontend { match tier = other }
\tpolicy 接続 { allow fronted -> any : 接続サービス }
  // 100% "done", <said> A & B
}
`;

export const sharedText = `service web = tcp/80,
  tcp/443
`;

function span(file: string, text: string, needle: string, from = 0): Span {
  const start = text.indexOf(needle, from);
  return { file, start, end: start + needle.length };
}

const second = mainText.indexOf("frontend", mainText.indexOf("tier = frontend") + 20);

export const duplicate = defineDiagnostic<{ name: string }>({
  code: "CTV2003",
  severity: "error",
  title: "Duplicate group",
  message: ({ name }) => `group "${name}" is declared twice`,
  explanation: "Two groups of one tenant have the same name.",
  example: "tenant t {\n  group a {}\n  group a {}\n}",
  fix: "Rename one of them.",
});
export const unknownPeer = defineDiagnostic<{ name: string }>({
  code: "CTV2001",
  severity: "error",
  title: "Unknown name",
  message: ({ name }) => `there is no peer named "${name}"`,
  explanation: "A name is used that nothing declares.",
  example: "tenant t {\n  policy p { allow a -> any }\n}",
  fix: "Declare it.",
});
export const wideOpen = defineDiagnostic<{ service: string }>({
  code: "CTV4100",
  severity: "warning",
  title: "Wide open",
  message: ({ service }) => `100% of ${service}: a rule, and more\nthan one line`,
  explanation: "A rule allows too much.",
  example: "allow any -> any",
  fix: "Name the service.",
});
export const remark = defineDiagnostic<{ text: string }>({
  code: "CTV4101",
  severity: "note",
  title: "Remark",
  message: ({ text }) => text,
  explanation: "Worth knowing.",
  example: "service web = tcp/80",
  fix: "Nothing to do.",
});

const fronted = span("main.ctv", mainText, "fronted ->");
const name = { ...fronted, end: fronted.end - 3 };

export const sample: Report = {
  verb: "check",
  failLevel: "error",
  sources: new Map([
    ["main.ctv", source("policies/main.ctv", mainText)],
    ["shared/web.ctv", source("policies/shared/web.ctv", sharedText)],
    ["clean.ctv", source("policies/a b%.ctv", "")],
  ]),
  diagnostics: inOrder([
    remark.make({ text: "a service over two lines" }, { span: { file: "shared/web.ctv", start: 8, end: sharedText.length - 1 } }),
    wideOpen.make(
      { service: "接続サービス" },
      {
        span: span("main.ctv", mainText, "接続サービス"),
        related: [
          { span: span("main.ctv", mainText, "allow"), message: "in this rule" },
          { span: span("shared/web.ctv", sharedText, "web"), message: "a service that would do" },
        ],
        flow: "frontend -> 10.1.1.1 : tcp/80",
        target: "kubernetes",
        rule: "guestbook/接続/1a2b",
      },
    ),
    unknownPeer.make(
      { name: "fronted" },
      { span: name, help: 'did you mean "frontend"?', fixes: [{ title: "write frontend", safe: true, edits: [{ span: name, text: "frontend" }] }] },
    ),
    duplicate.make(
      { name: "frontend" },
      {
        span: { file: "main.ctv", start: second, end: second + 8 },
        related: [{ span: span("main.ctv", mainText, "frontend"), message: "first declared here" }],
      },
    ),
  ]),
};

export const definitions = [unknownPeer, duplicate, wideOpen, remark].map(({ code, severity, title, explanation, example, fix }) => ({
  code,
  severity,
  title,
  explanation,
  example,
  fix,
}));
