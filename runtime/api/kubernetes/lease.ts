/**
 * One apply at a time: a Lease (`coordination.k8s.io/v1`) as Kubernetes' own components use it for choosing a leader.
 *
 * Whoever holds it renews it. One that is not renewed for its whole duration, seen from here, is taken over: so no two clocks have to agree.
 */
import { ApiFailure } from "../failure.js";

export interface Lease {
  readonly resourceVersion?: string;
  readonly holder: string;
  /** Seconds. */
  readonly duration: number;
  /** RFC 3339 with microseconds. */
  readonly renewTime: string;
}

/** The server's side of it. `create` and `replace` give nothing where somebody else was first. */
export interface LeaseStore {
  readonly read: () => Promise<Lease | undefined>;
  readonly create: (lease: Lease) => Promise<Lease | undefined>;
  readonly replace: (lease: Lease) => Promise<Lease | undefined>;
}

export interface LeaseTimes {
  /** Seconds for which it counts without being renewed. */
  readonly duration: number;
  /** Waits so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
  /** Hears who holds the lease, before it is seen whether they are at work. */
  readonly waiting?: (holder: string) => void;
}

export interface HeldLease {
  /** Asked before each request. @throws ApiFailure where somebody else has it by now, or may have. */
  readonly check: () => void;
  /** Lets others have it. Never throws: it ends by itself. */
  readonly release: () => Promise<void>;
}

const work = { doing: "keep other applies away" };

/** Where the holder says that it has let go. */
const nobody = "";

function heldBy(holder: string): ApiFailure {
  return new ApiFailure(
    "refused",
    { doing: "apply" },
    `another apply is under way: ${holder} holds the lease`,
    "wait until it is done, and run it again",
  );
}

/**
 * Takes the lease, waiting for as long as it lasts where its holder does not renew it.
 * @throws ApiFailure where somebody else holds it and is at work.
 */
export async function takeLease(store: LeaseStore, holder: string, times: LeaseTimes): Promise<HeldLease> {
  const wanted = (): Lease => ({ holder, duration: times.duration, renewTime: times.now().toISOString().replace("Z", "000Z") });
  const found = await store.read();
  let held = await (found === undefined ? store.create(wanted()) : takeOver(store, found, wanted, times));
  if (held === undefined) throw heldBy((await store.read())?.holder ?? "somebody else");
  let renewed = performance.now();
  let lost = false;
  let renewing: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    const asked = performance.now();
    try {
      held = await store.replace({ ...wanted(), ...(held?.resourceVersion === undefined ? {} : { resourceVersion: held.resourceVersion }) });
      if (held === undefined) lost = true;
      else renewed = asked;
    } catch {
      // A request that fails is no loss yet: `check` goes by the time of the last that did not.
    }
  };
  const timer = setInterval(
    () => {
      if (!lost) renewing = renew();
    },
    (times.duration * 1000) / 3,
  );
  timer.unref();
  return {
    check: () => {
      if (!lost && performance.now() - renewed < times.duration * 1000) return;
      throw new ApiFailure("refused", work, "the lease that keeps them away is lost", "run it again");
    },
    release: async () => {
      clearInterval(timer);
      await renewing;
      if (lost || held === undefined) return;
      await store.replace({ ...held, holder: nobody }).catch(() => undefined);
    },
  };
}

/** Milliseconds between two looks at a lease that somebody holds. */
const look = 1000;

async function takeOver(store: LeaseStore, found: Lease, wanted: () => Lease, { pause, waiting }: LeaseTimes): Promise<Lease | undefined> {
  let seen = found;
  if (seen.holder !== nobody) waiting?.(seen.holder);
  for (let waited = 0; seen.holder !== nobody && waited < found.duration * 1000; waited += look) {
    await pause(look);
    const again = await store.read();
    if (again === undefined) return store.create(wanted());
    if (again.holder !== nobody && again.renewTime !== found.renewTime) throw heldBy(again.holder);
    seen = again;
  }
  return store.replace({ ...wanted(), ...(seen.resourceVersion === undefined ? {} : { resourceVersion: seen.resourceVersion }) });
}
