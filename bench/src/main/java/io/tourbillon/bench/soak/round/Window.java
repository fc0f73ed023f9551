package io.tourbillon.bench.soak.round;

/**
 * A moment of a round, for plots.
 *
 * @param atMillis its end, since the beginning of the round
 * @param timers how late timers were
 * @param sleeps how late delays and timeouts of coroutines were
 * @param machine how late a thread was that only parks: what the machine and the collector did
 * @param heapBytes heap in use, garbage included
 * @param threads platform threads
 */
public record Window(
    long atMillis,
    Lateness timers,
    Lateness sleeps,
    Lateness machine,
    long heapBytes,
    int threads) {}
