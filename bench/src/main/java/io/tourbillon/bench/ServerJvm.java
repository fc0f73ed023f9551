package io.tourbillon.bench;

import io.tourbillon.bench.host.OurJvm;
import java.util.ArrayList;
import java.util.List;

/** The JVM that every subject is measured in: flags of a server. */
public final class ServerJvm {
  public static final String LEAST_HEAP = "-Xms8g";
  public static final String MOST_HEAP = "-Xmx8g";

  /** The JDK's default on servers. Its write barriers are part of what a timer costs. */
  public static final String COLLECTOR = "-XX:+UseG1GC";

  /**
   * A server has touched all of its heap long ago. Without this flag the first use of each page
   * would count for the subject that allocates, and our ids, which allocate nothing, would look
   * better than they are.
   */
  public static final String TOUCHED_HEAP = "-XX:+AlwaysPreTouch";

  /** Lets Netty use its Unsafe queues, which it prefers and JDK 24 and later deny by default. */
  public static final String UNSAFE_FOR_PEERS = "--sun-misc-unsafe-memory-access=allow";

  /** Lets the harness read the system's clock for CPU time. */
  public static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  /** Lets our coroutines use each of their engines; has no effect on others. */
  public static final String OPEN_TO_VIRTUAL_THREAD = "--add-opens=java.base/java.lang=ALL-UNNAMED";

  public static final String EXPORT_TO_CONTINUATION =
      "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED";

  /**
   * Returns all flags, with another heap size. Annotations cannot refer to a list, so benchmarks
   * name the flags one by one.
   */
  public static List<String> flags(int heapMegabytes) {
    return List.of(
        "-Xms" + heapMegabytes + "m",
        "-Xmx" + heapMegabytes + "m",
        COLLECTOR,
        TOUCHED_HEAP,
        UNSAFE_FOR_PEERS,
        NATIVE_ACCESS,
        OPEN_TO_VIRTUAL_THREAD,
        EXPORT_TO_CONTINUATION);
  }

  /**
   * Returns the command that starts one of our programs, with all engines of coroutines; its
   * arguments are added.
   *
   * @param collector an option, such as {@link #COLLECTOR}; empty for the one that the JVM chooses
   */
  public static List<String> command(int heapMegabytes, String collector, Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(OurJvm.executable());
    command.add("-Xms" + heapMegabytes + "m");
    command.add("-Xmx" + heapMegabytes + "m");
    if (!collector.isEmpty()) {
      command.add(collector);
    }
    command.add(NATIVE_ACCESS);
    command.add(OPEN_TO_VIRTUAL_THREAD);
    command.add(EXPORT_TO_CONTINUATION);
    command.add("-cp");
    command.add(OurJvm.classPath());
    command.add(main.getName());
    return command;
  }

  private ServerJvm() {}
}
