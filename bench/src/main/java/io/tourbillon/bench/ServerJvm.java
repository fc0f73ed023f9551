package io.tourbillon.bench;

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

  private ServerJvm() {}
}
