/**
 * A connection to a bridge: greeting, keep-alive, questions with their answers, bundles. Whatever breaks the protocol, and a
 * switch that stops answering, ends the connection; the agent then opens a new one.
 */
import type { Socket } from "node:net";
import { matchText } from "../../compiler/target/openflow/text.js";
import { bundleChunks, bundleSteps, changeChunks, FIRST_CHANGE, putBundleControl } from "./bundle.js";
import type { Modification, Pieces } from "./bundle.js";
import { byteWriter, putBytes, WireError, written } from "./bytes.js";
import { readError } from "./errors.js";
import { decodeFlow, putFlowRequest, readFlowStatistics } from "./flows.js";
import type { FlowStatistics, WireCookie } from "./flows.js";
import { readGroups } from "./groups.js";
import type { WireGroup } from "./groups.js";
import {
  deframer,
  helloMessage,
  message,
  messageTypes,
  multipartRequest,
  multipartTypes,
  packetFormatMessage,
  readFeatures,
  readMultipart,
  setConfigMessage,
  speaksOurVersion,
  VERSION,
} from "./message.js";
import type { Features, Message } from "./message.js";
import { putMeterMod, readMeterFeatures } from "./meter.js";
import type { MeterCommand, PacketLimit } from "./meter.js";
import { readPacketIn } from "./packetin.js";
import type { PacketIn } from "./packetin.js";
import { makeQuestions, SwitchRefusal } from "./questions.js";

export interface SwitchConnection {
  readonly features: Features;
  /**
   * Makes all the changes at once. Pieces are taken as they are sent, so that making them may go on beside the switch's work. Rejects
   * with `SwitchRefusal` when the switch takes them not, and then has made none; also when taking a piece throws.
   */
  readonly apply: (pieces: Pieces) => Promise<void>;
  /** Makes the changes one by one. Rejects with `SwitchRefusal` when the switch takes some of them not; it has made the others. */
  readonly load: (pieces: Pieces) => Promise<void>;
  /** Flows whose cookie agrees with `cookie` under `mask`; all without. */
  readonly flows: (cookie?: WireCookie, mask?: WireCookie) => Promise<readonly FlowStatistics[]>;
  readonly groups: () => Promise<readonly WireGroup[]>;
  /**
   * Bounds what the switch sends up, from now on and for every connection. Says whether the switch can; where it cannot, nothing has
   * changed.
   */
  readonly limitPackets: (limit: PacketLimit) => Promise<boolean>;
  /** Settles when the switch has done all that it was asked before. */
  readonly barrier: () => Promise<void>;
  readonly close: () => void;
  /** Settles when the connection is over, with the reason where it is not `close`. */
  readonly closed: Promise<Error | undefined>;
}

export interface ConnectionOptions {
  /** Gets packets that flows send to the controller. Without it the switch sends none. */
  readonly onPacket?: (packet: PacketIn) => void;
  /** How long a question may stay without an answer, in milliseconds. */
  readonly patience?: number;
  /** How often to see whether the switch is there while nothing comes from it, in milliseconds. */
  readonly keepAlive?: number;
}

/** Changes under way, and what the switch had against some of them. */
interface UnderWay {
  readonly pieces: (readonly Modification[])[];
  readonly errors: string[];
}

const HEAD = 128;

/** Greets a switch over an open stream and asks what it can do. Rejects where it does not speak OpenFlow 1.4. */
export async function greetSwitch(socket: Socket, options: ConnectionOptions = {}): Promise<SwitchConnection> {
  const patience = options.patience ?? 30_000;
  const questions = makeQuestions(patience, (error) => end(error));
  let underWay: UnderWay | undefined;
  /** Who is told when the switch refuses a message that has no answer. */
  const objections = new Map<number, (text: string) => void>();
  let nextBundle = 1;
  let ended = false;
  let heard = true;
  let settleClosed: (reason: Error | undefined) => void = () => undefined;
  const closed = new Promise<Error | undefined>((resolve) => (settleClosed = resolve));
  let greeted: (hello: Message) => void = () => undefined;
  const hello = new Promise<Message>((resolve) => (greeted = resolve));

  const end = (reason: Error | undefined): void => {
    if (ended) return;
    ended = true;
    clearInterval(pulse);
    questions.end(reason ?? new Error("the connection to the switch was closed"));
    socket.destroy();
    settleClosed(reason);
  };

  const ask = (type: number, answerType: number, question: (xid: number) => Buffer): Promise<Message> => {
    const xid = questions.ids(1);
    let found: Message | undefined;
    const answered = questions.expect(xid, (answer) => {
      if (answer.type !== answerType) throw new WireError(`an answer of type ${answer.type} to a question of type ${type}`);
      found = answer;
      return true;
    });
    socket.write(question(xid));
    return answered.then(() => found ?? Promise.reject(new WireError("no answer")));
  };

  const list = async <Entry>(
    type: number,
    put: Parameters<typeof multipartRequest>[2],
    read: (body: Message) => readonly Entry[],
  ): Promise<Entry[]> => {
    const entries: Entry[] = [];
    const xid = questions.ids(1);
    const answered = questions.expect(xid, (answer) => {
      if (answer.type !== messageTypes.multipartReply) throw new WireError(`an answer of type ${answer.type} to a question for a list`);
      for (const entry of read(answer)) entries.push(entry);
      return !readMultipart(answer.body).more;
    });
    socket.write(multipartRequest(xid, type, put));
    await answered;
    return entries;
  };

  const receive = (received: Message): void => {
    heard = true;
    switch (received.type) {
      case messageTypes.hello:
        return greeted(received);
      case messageTypes.echoRequest:
        socket.write(message(messageTypes.echoReply, received.xid, (writer) => putBytes(writer, received.body)));
        return;
      case messageTypes.error: {
        if (questions.answer(received)) return;
        const change = underWay === undefined ? undefined : changeAt(underWay.pieces, received.xid - FIRST_CHANGE);
        if (change === undefined) objections.get(received.xid)?.(readError(received.body).text);
        if (underWay !== undefined && change !== undefined) underWay.errors.push(`${changeText(change)}: ${readError(received.body).text}`);
        return;
      }
      case messageTypes.experimenter: {
        const packet = readPacketIn(received);
        if (packet !== undefined) options.onPacket?.(packet);
        return;
      }
      default:
        questions.answer(received);
    }
  };

  const frame = deframer(receive);
  socket.on("data", (piece: Buffer) => {
    try {
      frame(piece);
    } catch (error) {
      end(error instanceof WireError ? new Error(`the switch sent ${error.message}`) : error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on("error", end);
  socket.on("close", () => end(new Error("the switch closed the connection")));
  const pulse = setInterval(() => {
    // A switch at work on a large bundle is silent too; questions have a patience of their own.
    if (!heard && !questions.waiting()) return end(new Error("the switch is silent"));
    heard = false;
    socket.write(message(messageTypes.echoRequest, questions.ids(1)));
  }, options.keepAlive ?? 5000);

  const write = async (chunk: Buffer): Promise<void> => {
    if (ended) throw new Error("the connection to the switch is closed");
    if (socket.write(chunk)) return;
    await Promise.race([new Promise<void>((resolve) => socket.once("drain", resolve)), closed]);
  };

  const barrier = async (): Promise<void> => {
    await ask(messageTypes.barrierRequest, messageTypes.barrierReply, (xid) => message(messageTypes.barrierRequest, xid));
  };

  /** Sends what has no answer but an error. Rejects with `SwitchRefusal` then. */
  const state = async (statement: (xid: number) => Buffer): Promise<void> => {
    const xid = questions.ids(1);
    let objection: string | undefined;
    objections.set(xid, (text) => (objection = text));
    socket.write(statement(xid));
    await barrier().finally(() => objections.delete(xid));
    if (objection !== undefined) throw new SwitchRefusal(objection);
  };

  const limitPackets = async (limit: PacketLimit): Promise<boolean> => {
    const meter = (command: MeterCommand): Promise<void> =>
      state((xid) => message(messageTypes.meterMod, xid, (writer) => putMeterMod(writer, command, limit)));
    try {
      const [canLimit] = await list(multipartTypes.meterFeatures, undefined, ({ body }) => [readMeterFeatures(readMultipart(body).reader)]);
      // It outlives the connection that made it.
      if (canLimit) await meter("modify").catch(() => meter("add"));
      return canLimit;
    } catch (error) {
      if (error instanceof SwitchRefusal) return false;
      throw error;
    }
  };

  const control = (step: typeof bundleSteps.commit | typeof bundleSteps.discard, id: number): Promise<Message> =>
    ask(messageTypes.bundleControl, messageTypes.bundleControl, (xid) => {
      const writer = byteWriter(16);
      putBundleControl(writer, xid, id, step);
      return written(writer);
    });

  /** Commits, and asks for the barrier in the same breath: one way to the switch and back less. */
  const commit = async (id: number): Promise<void> => {
    socket.cork();
    const done = Promise.all([control(bundleSteps.commit, id), barrier()]);
    socket.uncork();
    await done;
  };

  const begin = (): UnderWay => {
    if (underWay !== undefined) throw new Error("one list of changes at a time");
    underWay = { pieces: [], errors: [] };
    return underWay;
  };

  const apply = async (pieces: Pieces): Promise<void> => {
    const id = nextBundle++;
    const [openXid, closeXid] = [questions.ids(1), questions.ids(1)];
    const open = begin();
    let ready: Promise<unknown> | undefined;
    try {
      for (const chunk of bundleChunks(id, openXid, closeXid, noted(pieces, open.pieces))) {
        if (ready === undefined) {
          ready = Promise.all([questions.expect(openXid, () => true), questions.expect(closeXid, () => true)]);
          // It may fail while a write is awaited.
          ready.catch(() => undefined);
        }
        await write(chunk);
      }
      if (ready === undefined) return;
      await ready;
      if (open.errors.length > 0) throw refusal(open);
      await commit(id);
    } catch (error) {
      if (ready !== undefined && !ended) await control(bundleSteps.discard, id).catch(() => undefined);
      throw error instanceof SwitchRefusal ? refusal(open, error) : error;
    } finally {
      underWay = undefined;
    }
  };

  const load = async (pieces: Pieces): Promise<void> => {
    const open = begin();
    try {
      for (const chunk of changeChunks(noted(pieces, open.pieces))) await write(chunk);
      await barrier();
      if (open.errors.length > 0) throw refusal(open);
    } finally {
      underWay = undefined;
    }
  };

  try {
    socket.write(helloMessage(questions.ids(1)));
    const late = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => reject(new Error("the switch did not greet")), patience);
      void hello.then(() => clearTimeout(timer));
      void closed.then((reason) => {
        clearTimeout(timer);
        reject(reason ?? new Error("the connection was closed"));
      });
    });
    const theirs = await Promise.race([hello, late]);
    if (!speaksOurVersion(theirs)) throw new Error(`the bridge does not speak OpenFlow 1.4 (version byte ${VERSION}): set its "protocols" column`);
    const answer = await ask(messageTypes.featuresRequest, messageTypes.featuresReply, (xid) => message(messageTypes.featuresRequest, xid));
    if (options.onPacket !== undefined) {
      socket.write(packetFormatMessage(questions.ids(1)));
      socket.write(setConfigMessage(questions.ids(1), HEAD));
      await barrier();
    }
    return {
      features: readFeatures(answer.body),
      apply,
      load,
      flows: (cookie, mask) =>
        list(
          multipartTypes.flow,
          (writer) => putFlowRequest(writer, cookie, mask),
          ({ body }) => readFlowStatistics(readMultipart(body).reader),
        ),
      groups: () => list(multipartTypes.groupDescription, undefined, ({ body }) => readGroups(readMultipart(body).reader)),
      limitPackets,
      barrier,
      close: () => end(undefined),
      closed,
    };
  } catch (error) {
    end(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** What the switch had against changes; `otherwise` where it named none. */
function refusal({ errors }: UnderWay, otherwise = new SwitchRefusal("")): SwitchRefusal {
  return errors.length === 0 ? otherwise : new SwitchRefusal(errors.slice(0, 3).join("; "));
}

/** The same pieces, of which each is noted when it is taken. */
function* noted(pieces: Pieces, notes: (readonly Modification[])[]): Generator<readonly Modification[]> {
  for (const piece of pieces) {
    notes.push(piece);
    yield piece;
  }
}

/** The change at a position over all pieces. */
function changeAt(pieces: Pieces, position: number): Modification | undefined {
  let left = position;
  for (const piece of pieces) {
    if (left < piece.length) return left < 0 ? undefined : piece[left];
    left -= piece.length;
  }
  return undefined;
}

/** A change in words: `add of table=80,priority=1001,tcp,...`. */
function changeText(change: Modification): string {
  if (change.kind === "group") return `${change.command} of group ${change.group.id}`;
  const { table, priority, match } = decodeFlow(change.flow);
  const fields = match.flatMap((entry) => (entry.field === "unknown" ? [] : [entry]));
  const text = matchText(fields);
  return `${change.command} of table=${table},priority=${priority}${text === "" ? "" : `,${text}`}`;
}
