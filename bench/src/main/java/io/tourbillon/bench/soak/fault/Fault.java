package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.Disturbance;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The faults that a soak knows. The id is the name in lower case, with hyphens. */
public enum Fault {
  THROWING("tasks and coroutines throw exceptions and errors of all kinds", Throwing::new),
  BLOCKING("tasks and coroutines block the thread on which they run", Holding::byBlocking),
  SPINNING("tasks and coroutines compute for a long time", Holding::bySpinning),
  OVERFLOWING("tasks, coroutines and callers fill their stack", Overflowing::new),
  REFUSING("the executor of a service refuses tasks, or fails", Refusing::new),
  DROPPING("the executor of a service drops tasks silently", Dropping::new),
  STOPPING("the process is stopped and continues, again and again", Stopping::new),
  CLOCK_JUMPS("wall clocks are set forward and back, clocks leap forward", ClockJumps::new),
  FULL_HEAP("the heap is filled to the last bytes, again and again", FullHeap::new),
  INTERRUPTS("drivers, loops, pools and callers are interrupted at random", Interrupts::new),
  DEAD_LOOP("the thread of a loop dies, and its coroutines with it", DeadLoop::new),
  CLOSING("services and schedulers in use are closed at random moments", Closing::new),
  SHORT_LIVED("services and schedulers are made and closed, or dropped", ShortLived::new),
  METRICS_CLIENT("clients attack the metrics server: floods, garbage, stalls", MetricsClient::new),
  SOCKETS("peers reset connections, stall, fall silent, or are well", HostilePeers::new),
  DESCRIPTORS("the process has no file descriptor left, again and again", NoDescriptors::new);

  private static final int HEAP_MEGABYTES = 256;

  /** The JVM's own and those of the class path take some two hundred. */
  private static final int FEW_DESCRIPTORS = 400;

  /** It is filled several times in a second. */
  private static final int SMALL_HEAP_MEGABYTES = 96;

  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // A constructor, which has no state.
  private final Supplier<Disturbance> maker;

  Fault(String description, Supplier<Disturbance> maker) {
    this.description = description;
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

  /** Makes it. */
  public Disturbance make() {
    return maker.get();
  }

  /** Returns why this machine cannot have it, or nothing. */
  public String absence() {
    boolean isWindows = System.getProperty("os.name").startsWith("Windows");
    return switch (this) {
      case STOPPING -> isWindows ? "a process cannot be stopped by a signal here" : "";
      case DESCRIPTORS -> isWindows ? "file descriptors cannot be limited here" : "";
      default -> "";
    };
  }

  /** Returns the heap of the JVM of a round. */
  public int heapMegabytes() {
    return this == FULL_HEAP ? SMALL_HEAP_MEGABYTES : HEAP_MEGABYTES;
  }

  /** Returns what the command of a round begins with, to limit its process; empty for no limit. */
  public List<String> prefix() {
    return this == DESCRIPTORS
        ? List.of("sh", "-c", "ulimit -n " + FEW_DESCRIPTORS + " && exec \"$@\"", "sh")
        : List.of();
  }

  /** Returns the fault with that id, or null. */
  public static @Nullable Fault byId(String id) {
    return Arrays.stream(values()).filter(fault -> fault.id().equals(id)).findFirst().orElse(null);
  }

  /** Returns all ids. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(Fault::id).toList();
  }
}
