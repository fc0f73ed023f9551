package io.tourbillon.bench.soak.round;

import java.util.List;

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
    int threads) {
  /**
   * Returns what several processes have seen at the same time: the worst lateness of each kind, and
   * the sums of heap and threads.
   *
   * @param all at least one
   */
  public static Window worst(List<Window> all) {
    return new Window(
        all.stream().mapToLong(Window::atMillis).max().orElse(0),
        Lateness.worst(all.stream().map(Window::timers).toList()),
        Lateness.worst(all.stream().map(Window::sleeps).toList()),
        Lateness.worst(all.stream().map(Window::machine).toList()),
        all.stream().mapToLong(Window::heapBytes).sum(),
        all.stream().mapToInt(Window::threads).sum());
  }

  /** Returns the same moment of a time that began later. */
  public Window since(long millis) {
    return new Window(atMillis - millis, timers, sleeps, machine, heapBytes, threads);
  }
}
