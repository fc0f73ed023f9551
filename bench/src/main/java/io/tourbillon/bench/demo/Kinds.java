package io.tourbillon.bench.demo;

/**
 * The account of each kind of timer, in the order in which they are shown: first those of the timer
 * service, then the delays of coroutines.
 *
 * @param background a great many, of which few come to anything
 * @param requestTimeouts one for each request, mostly cancelled
 * @param idleTimeouts one for each connection, pushed out by every request
 * @param heartbeats one for each connection, at a fixed rate
 * @param silences one for each session, pushed out by every request
 * @param pauses a future for each time that a client waits before its next request
 * @param sleeps a delay for each time that a sleeper goes to sleep
 * @param lateAnswers a delay for each request that the server is slow to answer
 */
record Kinds(
    Account background,
    Account requestTimeouts,
    Account idleTimeouts,
    Account heartbeats,
    Account silences,
    Account pauses,
    Account sleeps,
    Account lateAnswers) {
  static Kinds open(Ledger timers, Ledger delays) {
    return new Kinds(
        timers.open("background"),
        timers.open("request timeouts"),
        timers.open("idle timeouts"),
        timers.open("heartbeats"),
        timers.open("silences"),
        timers.open("pauses"),
        delays.open("sleeps"),
        delays.open("late answers"));
  }
}
