/** Work for later is done once, in time, and not after the end. */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { makeTimers } from "../../../runtime/agent/timers.js";

describe("timers", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it("do work that is asked for several times once, and again when it is asked for again", () => {
    const timers = makeTimers();
    let done = 0;
    const soon = timers.soon(10, () => done++);
    soon();
    jest.advanceTimersByTime(9);
    soon();
    expect(done).toBe(0);
    jest.advanceTimersByTime(1);
    expect(done).toBe(1);
    jest.advanceTimersByTime(100);
    expect(done).toBe(1);
    soon();
    jest.advanceTimersByTime(10);
    expect(done).toBe(2);
  });

  it("let work ask for itself again", () => {
    const timers = makeTimers();
    let done = 0;
    const soon = timers.soon(10, () => {
      if (++done < 3) soon();
    });
    soon();
    jest.advanceTimersByTime(100);
    expect(done).toBe(3);
  });

  it("begin nothing once they are stopped", () => {
    const timers = makeTimers();
    let done = 0;
    const soon = timers.soon(10, () => done++);
    soon();
    timers.later(5, () => done++);
    timers.stop();
    soon();
    timers.later(5, () => done++);
    jest.advanceTimersByTime(100);
    expect(done).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});
