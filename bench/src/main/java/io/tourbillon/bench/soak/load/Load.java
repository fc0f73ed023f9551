package io.tourbillon.bench.soak.load;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The loads that a soak knows. The id is the name in lower case, with hyphens. */
public enum Load {
  TIMERS_10M(
      "10 million pending timers, a million operations a second asked for, in 2 GB beyond the"
          + " tasks",
      PendingTimers.HEAP_MEGABYTES,
      () -> new PendingTimers(10_000_000, 1_000_000)),
  SOCKETS_100K(
      "100,000 coroutines, each waiting for its own socket: both ends of 50,000 connections, in as"
          + " many processes as the limit of open files demands",
      Sockets.HEAP_MEGABYTES,
      () -> new Sockets(50_000)),
  OVERLOAD(
      "more timers than the limit and the executor of a service take: the rest is refused",
      512,
      Overload::new);

  private final String description;
  private final int heapMegabytes;

  @SuppressWarnings("ImmutableEnumChecker") // A constructor, which has no state.
  private final Supplier<LoadTrial> maker;

  Load(String description, int heapMegabytes, Supplier<LoadTrial> maker) {
    this.description = description;
    this.heapMegabytes = heapMegabytes;
    this.maker = maker;
  }

  /** Returns the name for the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns one line of help. */
  public String description() {
    return description;
  }

  /** Returns the heap of its JVM. */
  public int heapMegabytes() {
    return heapMegabytes;
  }

  /** Makes it. */
  public LoadTrial make() {
    return maker.get();
  }

  /** Returns the load with that id, or null. */
  public static @Nullable Load byId(String id) {
    return Arrays.stream(values()).filter(load -> load.id().equals(id)).findFirst().orElse(null);
  }

  /** Returns all ids. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(Load::id).toList();
  }
}
