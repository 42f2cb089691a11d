/** One apply at a time, against a lease in memory. */
import { describe, expect, it } from "@jest/globals";
import { takeLease } from "../../../runtime/api/kubernetes/lease.js";
import type { Lease, LeaseStore, LeaseTimes } from "../../../runtime/api/kubernetes/lease.js";

function store(first?: Lease): { readonly store: LeaseStore; lease: Lease | undefined } {
  let version = 1;
  const held: { readonly store: LeaseStore; lease: Lease | undefined } = {
    lease: first === undefined ? undefined : { ...first, resourceVersion: "1" },
    store: {
      read: () => Promise.resolve(held.lease),
      create: (lease) => {
        if (held.lease !== undefined) return Promise.resolve(undefined);
        held.lease = { ...lease, resourceVersion: String(++version) };
        return Promise.resolve(held.lease);
      },
      replace: (lease) => {
        if (held.lease?.resourceVersion !== lease.resourceVersion) return Promise.resolve(undefined);
        held.lease = { ...lease, resourceVersion: String(++version) };
        return Promise.resolve(held.lease);
      },
    },
  };
  return held;
}

const times = (during: () => void = () => undefined): LeaseTimes & { waited: number } => {
  const made = {
    duration: 0.05,
    waited: 0,
    pause: (milliseconds: number) => {
      made.waited += milliseconds;
      during();
      return Promise.resolve();
    },
    now: () => new Date(0),
  };
  return made;
};

const other: Lease = { holder: "other", duration: 3, renewTime: "1970-01-01T00:00:00.000000Z" };
const realPause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("the lease of an apply", () => {
  it("is made where there is none, taken where nobody holds it, and given back", async () => {
    for (const first of [undefined, { ...other, holder: "" }]) {
      const held = store(first);
      const clock = times();
      const lease = await takeLease(held.store, "me", clock);
      expect([held.lease?.holder, clock.waited]).toEqual(["me", 0]);
      lease.check();
      await lease.release();
      expect(held.lease?.holder).toBe("");
    }
  });

  it("is left to a holder that renews it, and told", async () => {
    const held = store(other);
    const clock = times(() => (held.lease = { ...other, resourceVersion: "7", renewTime: "later" }));
    await expect(takeLease(held.store, "me", clock)).rejects.toThrow("another apply is under way: other holds the lease");
    expect([held.lease?.holder, clock.waited]).toEqual(["other", 1000]);
  });

  it("is taken over once it has not been renewed for as long as it lasts", async () => {
    const held = store(other);
    const clock = times();
    const told: string[] = [];
    await (await takeLease(held.store, "me", Object.assign(clock, { waiting: (holder: string) => void told.push(holder) }))).release();
    expect([clock.waited, told]).toEqual([3000, ["other"]]);
  });

  it("is taken by one of two who find it left", async () => {
    const held = store({ ...other, holder: "" });
    const both = await Promise.allSettled([takeLease(held.store, "one", times()), takeLease(held.store, "two", times())]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const result of both) if (result.status === "fulfilled") await result.value.release();
  });

  it("is renewed, and stops the apply when somebody else has it or nobody answers", async () => {
    const held = store();
    const lease = await takeLease(held.store, "me", { ...times(), duration: 1.5 });
    const first = held.lease?.resourceVersion;
    await realPause(800);
    expect(held.lease?.resourceVersion).not.toBe(first);
    lease.check();
    held.lease = { ...other, resourceVersion: "99" };
    await realPause(800);
    expect(() => {
      lease.check();
    }).toThrow("the lease that keeps them away is lost");
    await lease.release();
    expect(held.lease.holder).toBe("other");

    const silent = store();
    const second = await takeLease({ ...silent.store, replace: () => Promise.reject(new Error("gone")) }, "me", { ...times(), duration: 0.05 });
    await realPause(80);
    expect(() => {
      second.check();
    }).toThrow("the lease that keeps them away is lost");
    await second.release();
  });
});
