package io.tourbillon.bench.subject;

/**
 * What coroutines do together. Each subject starts the coroutines of a talk once; they repeat its
 * operation until the {@link Tally} is over.
 */
public enum Talk {
  PING_PONG(
      "Ping-pong",
      "Two coroutines: one sends a number, the other answers with the next one, without a buffer.",
      "message and its answer",
      2,
      1),
  STREAM(
      "Stream of messages",
      "One coroutine sends, another receives, with a buffer of 64. Every message must arrive, in"
          + " order.",
      "message",
      2,
      1),
  FAN_IN(
      "Fan-in",
      "A hundred coroutines send to one through a channel with a buffer of 64. Every message must"
          + " arrive, those of a sender in order.",
      "message",
      101,
      1),
  SELECT(
      "Select",
      "One coroutine receives from two channels without a buffer, whichever is ready. A coroutine"
          + " sends to each. Every message must arrive, those of a sender in order.",
      "message",
      3,
      1),
  MUTEX(
      "Mutex",
      "A hundred coroutines increment one counter under one mutex, and yield after a hundred"
          + " increments. On one thread the mutex is never contended. No increment may be lost.",
      "increment",
      100,
      100),
  SEMAPHORE(
      "Semaphore",
      "A hundred coroutines share ten permits; each yields while it has one. No more than ten may"
          + " have one at a time.",
      "permit",
      100,
      100),
  SPAWN_AND_JOIN(
      "Spawn and join", "A coroutine starts a child and waits for its result.", "child", 1, 1),
  WITH_TIMEOUT(
      "Call with a timeout",
      "A coroutine calls a body with a time limit of a minute, which it does not reach. The body"
          + " yields once.",
      "call",
      1,
      1),
  SCOPE(
      "Scope",
      "A coroutine opens a scope, starts two children in it, and closes it when both have ended.",
      "scope",
      1,
      1),
  UNEVEN(
      "Uneven computations",
      "Forty coroutines have all begun before every second one computes for about 20 ms, in 20"
          + " pieces with a yield after each. Ideal is the CPU time of a piece, divided by the"
          + " threads.",
      "piece",
      1,
      20);

  /** The number of messages that may be on their way where there is a buffer. */
  public static final int BUFFER = 64;

  /** The number of permits of the semaphore. */
  public static final int PERMITS = 10;

  /** The number of coroutines that share a mutex or a semaphore, or send to the same channel. */
  public static final int MANY = 100;

  /** The number of coroutines of which every second one computes. */
  public static final int UNEVEN_COROUTINES = 40;

  private final String title;
  private final String description;
  private final String operation;
  private final int coroutines;
  private final int counters;

  Talk(String title, String description, String operation, int coroutines, int counters) {
    this.title = title;
    this.description = description;
    this.operation = operation;
    this.coroutines = coroutines;
    this.counters = counters;
  }

  public String title() {
    return title;
  }

  /** What is done, and what is checked. */
  public String description() {
    return description;
  }

  /** The operation whose cost is measured. */
  public String operation() {
    return operation;
  }

  /** The number of coroutines that start once and end when the tally is over. */
  int coroutines() {
    return coroutines;
  }

  /** The number of coroutines that count operations. */
  int counters() {
    return counters;
  }
}
