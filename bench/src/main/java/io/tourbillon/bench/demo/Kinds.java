package io.tourbillon.bench.demo;

/**
 * The account of each kind of timer, in the order in which they are shown.
 *
 * @param background a great many, of which few come to anything
 * @param requestTimeouts one for each request, mostly cancelled
 * @param idleTimeouts one for each connection, pushed out by every request
 * @param heartbeats one for each connection, at a fixed rate
 * @param lateAnswers a future for each request that the server is slow to answer
 * @param pauses a future for each time that a client waits before its next request
 */
record Kinds(
    Account background,
    Account requestTimeouts,
    Account idleTimeouts,
    Account heartbeats,
    Account lateAnswers,
    Account pauses) {
  static Kinds open(Ledger ledger) {
    return new Kinds(
        ledger.open("background"),
        ledger.open("request timeouts"),
        ledger.open("idle timeouts"),
        ledger.open("heartbeats"),
        ledger.open("late answers"),
        ledger.open("pauses"));
  }
}
