/** What the agent answers about single connections: `/why` and `/trace`, each with `from`, `to` and `service`. */
import type { Endpoint } from "../../compiler/target/openflow/bind/inventory.js";
import type { Agent } from "../agent/agent.js";
import { openControl } from "../conntrack/control.js";
import { QuestionError, readQuestion } from "../explain/question.js";
import { traceExplained } from "../explain/trace.js";
import { explain } from "../explain/why.js";
import type { Answer, Routes } from "./http.js";

export interface Questioned {
  readonly agent: Agent;
  readonly node: string;
  readonly bridge: string;
  /** The switch's run folder or control socket. */
  readonly control?: string;
  readonly endpoints: () => readonly Endpoint[];
}

export function questionRoutes(questioned: Questioned): Routes {
  const { bridge, control } = questioned;
  return {
    "/why": (query) => answered(async () => (await explained(questioned, query)).explanation),
    "/trace": (query) =>
      answered(async () => {
        const { question, program, explanation } = await explained(questioned, query);
        if (control === undefined) throw new QuestionError("the agent's configuration has no `control`, so the switch cannot be asked");
        const opened = await openControl(control);
        try {
          const traced = await traceExplained({ control: opened, bridge, question, program, explanation, endpoints: questioned.endpoints() });
          return { explanation, ...traced };
        } finally {
          opened.close();
        }
      }),
  };
}

async function explained({ agent, node, endpoints }: Questioned, query: URLSearchParams) {
  const [from, to, service] = ["from", "to", "service"].map((name) => query.get(name) ?? "");
  const question = readQuestion(from, to, service, endpoints());
  const [connection, published] = [agent.connection(), agent.program()];
  if (connection === undefined) throw new QuestionError("the agent has no connection to its switch");
  if (published === undefined) throw new QuestionError("the switch holds no policy yet");
  const { program } = published;
  const groups = program.loadBalancers.length === 0 ? [] : await connection.groups();
  const explanation = explain({ question, node, program, flows: await connection.flows(), groups, endpoints: endpoints() });
  return { question, program, explanation: { generation: published.generation, ...explanation } };
}

async function answered(work: () => Promise<unknown>): Promise<Answer> {
  try {
    return { status: 200, body: await work() };
  } catch (error) {
    if (error instanceof QuestionError) return { status: 400, body: { error: error.message } };
    throw error;
  }
}
