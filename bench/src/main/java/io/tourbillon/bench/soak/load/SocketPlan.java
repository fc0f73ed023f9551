package io.tourbillon.bench.soak.load;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How many processes share the connections, since each end of a connection takes a file descriptor
 * of its process, and how many connections there can be.
 *
 * @param connections of all workers together
 * @param workers processes, each with clients and with servers of others' clients
 * @param heapMegabytes of each worker
 * @param shortfall why there are fewer connections than were asked for; null if there are as many
 */
record SocketPlan(int connections, int workers, int heapMegabytes, @Nullable String shortfall) {
  /** For the JVM's own files. */
  private static final int OTHER_DESCRIPTORS = 200;

  /** What a worker takes without connections: a part of its heap, classes, code, threads. */
  private static final long BASE_HEAP_MEGABYTES = 96;

  private static final long BASE_MEGABYTES = BASE_HEAP_MEGABYTES + 200;

  /** Heap for an end of a connection: a coroutine, a timer, a buffer; three times what is live. */
  private static final long HEAP_KILOBYTES = 12;

  /** What an end takes with its share of the operating system's memory. */
  private static final long KILOBYTES = HEAP_KILOBYTES + 6;

  /**
   * Plans.
   *
   * @param asked connections
   * @param descriptors how many a process may have
   * @param availableMegabytes memory that is free; the load takes half of it at most
   */
  static SocketPlan of(int asked, long descriptors, long availableMegabytes) {
    int endsOfAProcess =
        Math.toIntExact(Math.clamp(descriptors - OTHER_DESCRIPTORS, 2, 2L * asked));
    int needed = Math.ceilDiv(2 * asked, endsOfAProcess);
    long megabytes = BASE_MEGABYTES + endsOfAProcess * KILOBYTES / 1024;
    int workers = Math.toIntExact(Math.clamp(availableMegabytes / 2 / megabytes, 1, needed));
    int connections = Math.toIntExact(Math.min(asked, (long) workers * endsOfAProcess / 2));
    long endsOfAWorker = Math.ceilDiv(2L * connections, workers);
    return new SocketPlan(
        connections,
        workers,
        Math.toIntExact(BASE_HEAP_MEGABYTES + endsOfAWorker * HEAP_KILOBYTES / 1024),
        connections == asked
            ? null
            : String.format(
                Locale.ROOT,
                "%,d connections were asked for, but a process may open %,d files (ulimit -n), and"
                    + " %,d MiB of memory are free: there is room for %,d processes, and so for"
                    + " %,d connections",
                asked,
                descriptors,
                availableMegabytes,
                workers,
                connections));
  }

  /** Returns how many connections the clients of a worker have: equal shares, up to one. */
  int connectionsOf(int worker) {
    return (int) ((worker + 1L) * connections / workers - (long) worker * connections / workers);
  }
}
